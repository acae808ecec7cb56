import { defaultPerson, openidOf, people, personNamed, unionidOf, virtualPersonOf } from './people.js';

const ada = personNamed('ada');
const zoe = personNamed('zoe');

test('an openid has 28 characters of the URL-safe alphabet and begins with o', () => {
  expect(openidOf(zoe, 'wx1')).toMatch(/^o[A-Za-z0-9_-]{27}$/);
  expect(unionidOf(zoe, 'platform')).toMatch(/^o[A-Za-z0-9_-]{27}$/);
});

test('ids never change, not even with the next release', () => {
  expect(openidOf(ada, 'wxfa4e000000000001')).toBe('oeuwHkS-Am848GcL3VC_u8g2oTq4');
  expect(unionidOf(ada, 'simulated')).toBe('orI3TqsNuin5_Z6qHwIhwrCi84Cr');
});

test('a person has another openid in each app, and shares it with nobody', () => {
  const ids = [openidOf(ada, 'wx1'), openidOf(ada, 'wx2'), openidOf(zoe, 'wx1'), openidOf(zoe, 'wx2')];
  expect(new Set(ids).size).toBe(4);
});

test('a unionid differs by open platform and is no openid', () => {
  const ids = [unionidOf(ada, 'wx1'), unionidOf(ada, 'wx2'), openidOf(ada, 'wx1')];
  expect(new Set(ids).size).toBe(3);
});

test('an unknown name is somebody made up on the spot', () => {
  expect(zoe.person).toBe('zoe');
  expect(zoe.nickname.zh).toContain('zoe');
  expect(people).not.toContainEqual(zoe);
});

test('a known name is that person, with an emoji in the nickname', () => {
  expect(ada).toBe(defaultPerson);
  expect(ada.nickname.zh).toMatch(/\p{Extended_Pictographic}/u);
});

test('people have avatars of their own, but for one who has the grey one and one who has none', () => {
  const avatarOf = (name: string) => personNamed(name).avatar;
  expect(avatarOf('ada')).toMatch(/^https:\/\/thirdwx\.qlogo\.cn\/mmopen\/vi_32\/[A-Za-z0-9_-]{28}\/132$/);
  expect(avatarOf('zoe')).not.toBe(avatarOf('ada'));
  expect(avatarOf('grey')).toContain(
    '/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132',
  );
  expect(personNamed('grey').nickname.zh).toBe('微信用户');
  expect(avatarOf('faceless')).toBe('');
});

test('the virtual person of a snapshot page is always the same, and not the real one', () => {
  expect(openidOf(virtualPersonOf(ada), 'wx1')).toBe(openidOf(virtualPersonOf(ada), 'wx1'));
  expect(openidOf(virtualPersonOf(ada), 'wx1')).not.toBe(openidOf(ada, 'wx1'));
  expect(unionidOf(virtualPersonOf(ada), 'simulated')).not.toBe(unionidOf(ada, 'simulated'));
});
