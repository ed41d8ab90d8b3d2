import type { ImportField } from '#imports';
import type { Attribute } from './attribute-values.ts';
import { personLimits } from './person.ts';

/** The columns of a file of members: those that we write, under these names, and read under any of them. */
export const memberFields = [
	{ key: 'id', names: { en: ['ID'], ru: ['ID'], zh: ['编号', 'ID'], fa: ['شناسه', 'ID'] } },
	{
		key: 'code',
		names: {
			en: ['Member number', 'Member code', 'Number'],
			ru: ['Номер участника', 'Код участника', 'Номер'],
			zh: ['会员号', '会员码'],
			fa: ['شمارهٔ عضو', 'شماره عضو', 'کد عضو']
		}
	},
	{
		key: 'name',
		example: 'Anna Kern',
		names: {
			en: ['Name', 'Full name', 'Customer', 'Customer name'],
			ru: ['Имя', 'ФИО', 'Имя и фамилия', 'Клиент'],
			zh: ['姓名', '名字', '客户'],
			fa: ['نام', 'نام و نام خانوادگی', 'مشتری']
		}
	},
	{
		key: 'email',
		example: 'anna.kern@example.com',
		names: {
			en: ['E-mail', 'Email', 'E-mail address', 'Mail'],
			ru: ['Почта', 'Эл. почта', 'E-mail'],
			zh: ['邮箱', '电子邮件', '电子邮箱'],
			fa: ['ایمیل', 'رایانامه', 'پست الکترونیک']
		}
	},
	{
		key: 'phone',
		example: '+49 170 1234567',
		names: {
			en: ['Phone', 'Telephone', 'Mobile', 'Phone number'],
			ru: ['Телефон', 'Мобильный'],
			zh: ['电话', '手机', '手机号'],
			fa: ['تلفن', 'موبایل', 'شماره تلفن']
		}
	},
	{
		key: 'birthday',
		about: {
			en: '1990-03-31, or 03-31 without the year',
			ru: '1990-03-31 или 03-31 без года',
			zh: '1990-03-31，或不写年份 03-31',
			fa: '1990-03-31، یا بدون سال 03-31'
		},
		example: '1990-03-31',
		names: {
			en: ['Birthday', 'Date of birth', 'Birth date'],
			ru: ['День рождения', 'Дата рождения'],
			zh: ['生日', '出生日期'],
			fa: ['تاریخ تولد', 'روز تولد']
		}
	},
	{
		key: 'language',
		about: { en: 'en, ru, zh or fa', ru: 'en, ru, zh или fa', zh: 'en、ru、zh 或 fa', fa: 'en، ru، zh یا fa' },
		example: 'en',
		names: { en: ['Language'], ru: ['Язык'], zh: ['语言'], fa: ['زبان'] }
	},
	{
		key: 'address',
		names: { en: ['Address'], ru: ['Адрес'], zh: ['地址'], fa: ['نشانی', 'آدرس'] }
	},
	{
		key: 'note',
		longest: personLimits.note,
		names: { en: ['Note', 'Comment'], ru: ['Заметка', 'Комментарий'], zh: ['备注'], fa: ['یادداشت', 'توضیح'] }
	},
	{
		key: 'tags',
		about: {
			en: 'Several with a semicolon between them',
			ru: 'Несколько через точку с запятой',
			zh: '多个之间用分号',
			fa: 'چند برچسب با نقطه‌ویرگول'
		},
		longest: 2000,
		names: { en: ['Tags', 'Groups'], ru: ['Метки', 'Группы'], zh: ['标签'], fa: ['برچسب‌ها', 'برچسب'] }
	},
	{
		key: 'codes',
		about: {
			en: 'Several with a semicolon between them',
			ru: 'Несколько через точку с запятой',
			zh: '多个之间用分号',
			fa: 'چند کد با نقطه‌ویرگول'
		},
		longest: 1000,
		names: {
			en: ['Further codes', 'Cards', 'Card number', 'Barcode'],
			ru: ['Другие коды', 'Карты', 'Номер карты', 'Штрихкод'],
			zh: ['其他代码', '卡号', '条码'],
			fa: ['کدهای دیگر', 'شماره کارت', 'بارکد']
		}
	},
	{
		key: 'joined',
		example: '2025-02-03',
		names: {
			en: ['Joined on', 'Joined', 'Member since'],
			ru: ['Участник с', 'Дата вступления'],
			zh: ['加入日期', '入会日期'],
			fa: ['تاریخ عضویت', 'عضو از']
		}
	},
	{
		key: 'consent',
		about: {
			en: 'New members need it: the day they agreed, such as 2026-03-31',
			ru: 'Нужно новым участникам: день согласия, например 2026-03-31',
			zh: '新会员必填：同意的日期，例如 2026-03-31',
			fa: 'برای عضو تازه لازم است: روز موافقت، مانند 2026-03-31'
		},
		forAll: 'day',
		example: '2025-02-03',
		names: {
			en: ['Agreed to the programme on', 'Consent', 'Consent date'],
			ru: ['Согласие с программой', 'Дата согласия'],
			zh: ['同意计划日期', '同意日期'],
			fa: ['روز موافقت با برنامه', 'موافقت']
		}
	},
	{
		key: 'wording',
		about: {
			en: 'New members need it: where they agreed, such as “Paper form, Altona”',
			ru: 'Нужно новым участникам: где дано согласие, например «Бумажная анкета, Альтона»',
			zh: '新会员必填：在哪里同意的，例如“Altona 店纸质表格”',
			fa: 'برای عضو تازه لازم است: کجا موافقت کرده‌اند، مانند «برگهٔ کاغذی، آلتونا»'
		},
		forAll: 'text',
		example: 'Paper form, Altona',
		names: {
			en: ['Wording of the consent', 'Consent wording', 'Consent source'],
			ru: ['Текст согласия', 'Источник согласия'],
			zh: ['同意内容', '同意来源'],
			fa: ['متن موافقت', 'منبع موافقت']
		}
	},
	{
		key: 'news',
		about: {
			en: 'The day they agreed to news; empty: they did not',
			ru: 'День согласия на новости; пусто: не давали',
			zh: '同意接收资讯的日期；留空表示没有同意',
			fa: 'روز موافقت با خبرها؛ خالی: موافقت نکرده‌اند'
		},
		names: {
			en: ['Agreed to news on', 'News', 'Newsletter'],
			ru: ['Согласие на новости', 'Новости', 'Рассылка'],
			zh: ['同意资讯日期', '资讯'],
			fa: ['روز موافقت با خبرها', 'خبرنامه']
		}
	},
	{
		key: 'newsWording',
		about: {
			en: 'Where they agreed to news',
			ru: 'Где дано согласие на новости',
			zh: '在哪里同意接收资讯',
			fa: 'کجا با خبرها موافقت کرده‌اند'
		},
		names: {
			en: ['Wording for news', 'News source'],
			ru: ['Текст согласия на новости'],
			zh: ['资讯同意内容'],
			fa: ['متن موافقت با خبرها']
		}
	}
] as const satisfies readonly ImportField[];

const prefix = 'attribute.';

/** A column for each attribute that the house asks: by its label, or by its key. */
export const attributeFields = (asked: readonly Attribute[]): ImportField[] =>
	asked.map(({ key, label }) => {
		const names = [label, key];
		return { key: prefix + key, names: { en: names, ru: names, zh: names, fa: names } };
	});

export const attributeFieldKey = (key: string): string => prefix + key;
