import { z } from 'zod';

/** The id in a path; one of impossible form is nobody's, so that it is 404 and no fault of form. */
export const idParams = z.object({
  id: z.string().max(256).describe('A UUID, as lists and answers give it; what is no such id is not found'),
});
export type IdParams = z.infer<typeof idParams>;
