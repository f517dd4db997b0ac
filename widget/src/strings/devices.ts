// What the cards about her other devices say: in their own file with them, all
// languages at once, since few visitors open one.
import type { Forms } from './en';

export interface DeviceWords { link: Forms; over: string; ask: string }

export const deviceWords: Record<string, DeviceWords> = {
  en: {
    link: { one: 'Open this link there. It works once, for {0} minute.', other: 'Open this link there. It works once, for {0} minutes.' },
    over: 'This link is over. The menu has a new one.',
    ask: 'The chat ends and leaves all your devices. The team keeps what was said.',
  },
  de: {
    link: { one: 'Öffnen Sie diesen Link dort. Er gilt einmal und {0} Minute lang.', other: 'Öffnen Sie diesen Link dort. Er gilt einmal und {0} Minuten lang.' },
    over: 'Dieser Link ist abgelaufen. Im Menü gibt es einen neuen.',
    ask: 'Der Chat endet und verschwindet von allen Ihren Geräten. Das Team behält, was gesagt wurde.',
  },
  es: {
    link: { one: 'Abra este enlace allí. Sirve una vez, durante {0} minuto.', many: 'Abra este enlace allí. Sirve una vez, durante {0} de minutos.', other: 'Abra este enlace allí. Sirve una vez, durante {0} minutos.' },
    over: 'Este enlace ha caducado. En el menú hay uno nuevo.',
    ask: 'El chat termina y desaparece de todos sus dispositivos. El equipo conserva lo dicho.',
  },
  fr: {
    link: { one: 'Ouvrez ce lien là-bas. Il sert une fois, pendant {0} minute.', many: 'Ouvrez ce lien là-bas. Il sert une fois, pendant {0} de minutes.', other: 'Ouvrez ce lien là-bas. Il sert une fois, pendant {0} minutes.' },
    over: 'Ce lien a expiré. Le menu en donne un nouveau.',
    ask: 'Le chat se termine et disparaît de tous vos appareils. L\'équipe conserve ce qui a été dit.',
  },
  pt: {
    link: { one: 'Abra este link lá. Funciona uma vez, durante {0} minuto.', many: 'Abra este link lá. Funciona uma vez, durante {0} de minutos.', other: 'Abra este link lá. Funciona uma vez, durante {0} minutos.' },
    over: 'Este link expirou. No menu há um novo.',
    ask: 'O chat termina e sai de todos os seus dispositivos. A equipa guarda o que foi dito.',
  },
  it: {
    link: { one: 'Apra questo link lì. Vale una volta, per {0} minuto.', many: 'Apra questo link lì. Vale una volta, per {0} di minuti.', other: 'Apra questo link lì. Vale una volta, per {0} minuti.' },
    over: 'Questo link è scaduto. Nel menu ce n\'è uno nuovo.',
    ask: 'La chat termina e sparisce da tutti i suoi dispositivi. Il team conserva quanto detto.',
  },
  nl: {
    link: { one: 'Open deze link daar. Hij werkt één keer, {0} minuut lang.', other: 'Open deze link daar. Hij werkt één keer, {0} minuten lang.' },
    over: 'Deze link is verlopen. In het menu staat een nieuwe.',
    ask: 'De chat eindigt en verdwijnt van al uw apparaten. Het team bewaart wat er is gezegd.',
  },
  pl: {
    link: { one: 'Otwórz tam ten link. Działa raz, przez {0} minutę.', few: 'Otwórz tam ten link. Działa raz, przez {0} minuty.', many: 'Otwórz tam ten link. Działa raz, przez {0} minut.', other: 'Otwórz tam ten link. Działa raz, przez {0} minuty.' },
    over: 'Ten link wygasł. Nowy jest w menu.',
    ask: 'Czat zakończy się i zniknie ze wszystkich urządzeń. Zespół zachowa to, co napisano.',
  },
  ja: {
    link: { other: 'その端末でこのリンクを開いてください。一度だけ、{0} 分間使えます。' },
    over: 'このリンクは期限切れです。メニューから新しく作れます。',
    ask: 'チャットは終了し、すべての端末から消えます。やり取りはチームに残ります。',
  },
  zh: {
    link: { other: '请在那台设备上打开此链接。仅可使用一次，{0} 分钟内有效。' },
    over: '此链接已过期。可在菜单中获取新链接。',
    ask: '聊天将结束，并从您的所有设备上移除。团队会保留聊天内容。',
  },
  ar: {
    link: { zero: 'افتح هذا الرابط هناك. يعمل مرة واحدة.', one: 'افتح هذا الرابط هناك. يعمل مرة واحدة لمدة دقيقة.', two: 'افتح هذا الرابط هناك. يعمل مرة واحدة لمدة دقيقتين.', few: 'افتح هذا الرابط هناك. يعمل مرة واحدة لمدة {0} دقائق.', many: 'افتح هذا الرابط هناك. يعمل مرة واحدة لمدة {0} دقيقة.', other: 'افتح هذا الرابط هناك. يعمل مرة واحدة لمدة {0} دقيقة.' },
    over: 'انتهت صلاحية هذا الرابط. تجد رابطًا جديدًا في القائمة.',
    ask: 'تنتهي المحادثة وتُزال من كل أجهزتك. يحتفظ الفريق بما قيل.',
  },
  he: {
    link: { one: 'פתחו את הקישור הזה שם. הוא תקף לפעם אחת, למשך דקה.', two: 'פתחו את הקישור הזה שם. הוא תקף לפעם אחת, למשך שתי דקות.', other: 'פתחו את הקישור הזה שם. הוא תקף לפעם אחת, למשך {0} דקות.' },
    over: 'תוקף הקישור פג. בתפריט יש קישור חדש.',
    ask: 'הצ\'אט מסתיים ונעלם מכל המכשירים שלכם. הצוות שומר את מה שנאמר.',
  },
};
