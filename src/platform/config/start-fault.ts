/** What a start lacks around it, though the configuration has no fault: the same start may succeed later. */
export class StartFault extends Error {
  /**
   * @param variable what the operator looks at first
   * @param problem goes on after the variable's name, and holds no secret
   * @param code the system's or the driver's own name for it
   */
  constructor(
    readonly variable: string,
    readonly problem: string,
    readonly code: string,
    cause?: unknown,
  ) {
    super(`${variable} ${problem} (${code})`, { cause });
    this.name = 'StartFault';
  }
}
