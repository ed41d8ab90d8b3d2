/** The languages of all faces, by their tags; names and directions as people who read them expect. */
export const languages = ['en', 'ru', 'zh', 'fa'] as const;
export type Language = (typeof languages)[number];

export const languageNames: Record<Language, string> = { en: 'English', ru: 'Русский', zh: '简体中文', fa: 'فارسی' };

export const directionOf = (language: Language): 'ltr' | 'rtl' => (language === 'fa' ? 'rtl' : 'ltr');

/** The tag that Intl formats with: Simplified Chinese and Persian with the digits and calendar their readers use. */
export const intlTag: Record<Language, string> = { en: 'en-GB', ru: 'ru-RU', zh: 'zh-CN', fa: 'fa-IR' };

export const isLanguage = (text: unknown): text is Language => (languages as readonly unknown[]).includes(text);
