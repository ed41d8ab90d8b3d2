import Gift from '@lucide/svelte/icons/gift';
import HistoryIcon from '@lucide/svelte/icons/history';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Package from '@lucide/svelte/icons/package';
import ReceiptText from '@lucide/svelte/icons/receipt-text';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import StoreIcon from '@lucide/svelte/icons/store';
import TabletSmartphone from '@lucide/svelte/icons/tablet-smartphone';
import Ticket from '@lucide/svelte/icons/ticket';
import Users from '@lucide/svelte/icons/users';
import { m } from '#messages';
import type { IconSource } from '#ui/icon.ts';

/** Whether the menu is folded to its icons, kept for the next visit: `narrow` or nothing. */
export const navigationCookie = 'console-menu';

/** Whether somebody put away the list of next steps: `hidden` or nothing. */
export const stepsCookie = 'console-steps';

export interface Errand {
	href: string;
	label: () => string;
	icon: IconSource;
	permission: string;
}

/** The console's menu: what somebody comes to do. */
export const errands: readonly Errand[] = [
	{ href: '/admin', label: m.admin_nav_today, icon: LayoutDashboard, permission: 'figures.read' },
	{ href: '/admin/members', label: m.admin_nav_members, icon: Users, permission: 'members.read' },
	{ href: '/admin/receipts', label: m.admin_nav_receipts, icon: ReceiptText, permission: 'receipts.read' },
	{ href: '/admin/vouchers', label: m.admin_nav_vouchers, icon: Ticket, permission: 'vouchers.read' },
	{ href: '/admin/gift-cards', label: m.admin_nav_gift_cards, icon: Gift, permission: 'giftcards.read' },
	{ href: '/admin/products', label: m.admin_nav_products, icon: Package, permission: 'products.read' },
	{ href: '/admin/stores', label: m.admin_nav_stores, icon: StoreIcon, permission: 'stores.read' },
	{ href: '/admin/staff', label: m.admin_nav_staff, icon: TabletSmartphone, permission: 'staff.read' },
	{ href: '/admin/trail', label: m.admin_nav_trail, icon: HistoryIcon, permission: 'trail.read' },
	{ href: '/admin/settings', label: m.admin_nav_settings, icon: SlidersHorizontal, permission: 'programme.read' }
];

/** To which errand files on their way in belong, by their kind. */
const importErrands: Record<string, string> = {
	products: '/admin/products',
	stores: '/admin/stores',
	voucher_codes: '/admin/vouchers'
};

/** The page that the menu marks for a page outside of its own: files belong to what they bring, people's to members. */
export const homeOf = (pathname: string, kind: string | null): string =>
	/^\/admin\/imports(\/|$)/.test(pathname) ? (importErrands[kind ?? ''] ?? '/admin/members') : pathname;

/** Whether a page belongs to an errand. */
export const isWithin = (pathname: string, href: string): boolean =>
	href === '/admin' ? pathname === href : pathname === href || pathname.startsWith(`${href}/`);
