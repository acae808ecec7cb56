import type { Language } from '../../platform/errors/app-error.js';

/** What `--help` shows, and who writes what no command understands. */
export const usage: Record<Language, string> = {
  en: `usage: admin users find [text] [--role user|admin|auditor] [--status active|locked] [--limit 50] [--cursor …]
                                         by id, openid, unionid, e-mail, or how the name begins; all without text
       admin users lock <user>           ends all sessions and lets the user in no more
       admin users unlock <user>
       admin users role <user> <role>    user, admin or auditor
       admin users merge <user> <user>   makes the younger one part of the older one
       admin users erase <user>          erases the person; nobody can take it back
       admin sessions list <user> [--limit 50] [--cursor …]
       admin sessions end <user> [id]    all sessions, or the one
       admin recover [--username name] [--password-stdin]
                                         makes an administrator where there is none any more
       admin recover --user <user>       makes one of this user

<user>            an id, username:<name> or openid:<openid or unionid>
--json            one JSON document on stdout
--lang zh|en      instead of what LANG says
--yes             merge and erase without asking
--force           recover, although there is an administrator
--password-stdin  the password is the first line of stdin; else one is made up and shown once

exit: 0 done, 1 refused or not found, 64 not understood, 78 configuration
`,
  zh: `用法： admin users find [文本] [--role user|admin|auditor] [--status active|locked] [--limit 50] [--cursor …]
                                         按 id、openid、unionid、邮箱或名字开头查找；不写文本则列出全部
       admin users lock <用户>           结束全部会话，不再允许登录
       admin users unlock <用户>
       admin users role <用户> <角色>    user、admin 或 auditor
       admin users merge <用户> <用户>   把较新的用户并入较早的用户
       admin users erase <用户>          删除此人，无法恢复
       admin sessions list <用户> [--limit 50] [--cursor …]
       admin sessions end <用户> [id]    结束全部会话，或其中一个
       admin recover [--username 用户名] [--password-stdin]
                                         没有管理员时，新建一个
       admin recover --user <用户>       把此用户设为管理员

<用户>            id、username:<用户名> 或 openid:<openid 或 unionid>
--json            在标准输出写一份 JSON
--lang zh|en      代替 LANG 指定语言
--yes             合并、删除时不再询问
--force           已有管理员时仍执行 recover
--password-stdin  密码取标准输入的第一行；不写则随机生成，只显示一次

退出码：0 完成，1 被拒绝或找不到，64 无法理解，78 配置有误
`,
};
