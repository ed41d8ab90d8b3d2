CREATE TABLE "consents" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"purpose" text NOT NULL,
	"wording" text NOT NULL,
	"given_at" timestamp (3) with time zone NOT NULL,
	"withdrawn_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "member_code_uses" (
	"member_id" text collate "C" NOT NULL,
	"step" bigint NOT NULL,
	"device_id" text collate "C" NOT NULL,
	"used_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "member_code_uses_once" PRIMARY KEY("member_id","step")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"number" text collate "C" NOT NULL,
	"user_id" text collate "C",
	"name" text,
	"email" text,
	"phone" text,
	"language" text,
	"code_secret" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"joined_at" timestamp (3) with time zone,
	"blocked_at" timestamp (3) with time zone,
	"erased_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "gift_cards" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"code_hash" text collate "C" NOT NULL,
	"code_cipher" text NOT NULL,
	"last_symbols" text NOT NULL,
	"currency" text NOT NULL,
	"initial_cents" bigint NOT NULL,
	"member_id" text collate "C",
	"issued_at" timestamp (3) with time zone NOT NULL,
	"activated_at" timestamp (3) with time zone,
	"blocked_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone,
	CONSTRAINT "gift_cards_initial_not_negative" CHECK ("gift_cards"."initial_cents" >= 0)
);
--> statement-breakpoint
CREATE TABLE "auth_accounts" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"password" text,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"store_id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"token_hash" text collate "C" NOT NULL,
	"enrolled_by" text collate "C" NOT NULL,
	"enrolled_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "devices_token" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "enrolment_codes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"code_hash" text collate "C" NOT NULL,
	"store_id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"created_by" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "enrolment_codes_code" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C" NOT NULL,
	"token" text collate "C" NOT NULL,
	"face" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "sessions_token" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "staff" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"user_id" text collate "C",
	"name" text NOT NULL,
	"role" text NOT NULL,
	"pin_hash" text,
	"store_ids" text[],
	"created_at" timestamp (3) with time zone NOT NULL,
	"disabled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "till_sessions" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"device_id" text collate "C" NOT NULL,
	"staff_id" text collate "C" NOT NULL,
	"signed_in_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"signed_out_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "sign_in_tries" (
	"subject" text collate "C" PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "users_email" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_owners" (
	"owner_id" text collate "C" PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"owner_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"unit" text collate "C" NOT NULL,
	"credited" bigint NOT NULL,
	"debited" bigint NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"floor" bigint,
	"first_due_at" timestamp (3) with time zone,
	"last_due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "accounts_once" PRIMARY KEY("owner_id","name"),
	CONSTRAINT "accounts_credited_within" CHECK ("accounts"."credited" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "accounts_debited_within" CHECK ("accounts"."debited" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "accounts_floor" CHECK ("accounts"."floor" is null or "accounts"."credited" - "accounts"."debited" - "accounts"."held" >= "accounts"."floor"),
	CONSTRAINT "accounts_volumes" CHECK ("accounts"."credited" >= 0 and "accounts"."debited" >= 0 and "accounts"."held" >= 0)
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"owner_id" text collate "C" NOT NULL,
	"seq" integer NOT NULL,
	"name" text collate "C" NOT NULL,
	"transfer_id" text collate "C" NOT NULL,
	"amount" bigint NOT NULL,
	"credited_after" bigint NOT NULL,
	"debited_after" bigint NOT NULL,
	"reason" text NOT NULL,
	"ref" text collate "C",
	"posted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "entries_once" PRIMARY KEY("owner_id","seq")
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"owner_id" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"amount" bigint NOT NULL,
	"reason" text NOT NULL,
	"ref" text collate "C",
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"captured_at" timestamp (3) with time zone,
	"released_at" timestamp (3) with time zone,
	CONSTRAINT "holds_once" PRIMARY KEY("owner_id","id"),
	CONSTRAINT "holds_positive" CHECK ("holds"."amount" > 0),
	CONSTRAINT "holds_one_end" CHECK ("holds"."captured_at" is null or "holds"."released_at" is null)
);
--> statement-breakpoint
CREATE TABLE "lots" (
	"owner_id" text collate "C" NOT NULL,
	"name" text collate "C" NOT NULL,
	"cumulative" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"due_at" timestamp (3) with time zone,
	"transfer_id" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "lots_once" PRIMARY KEY("owner_id","name","cumulative"),
	CONSTRAINT "lots_positive" CHECK ("lots"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"debit_owner_id" text collate "C" NOT NULL,
	"debit_name" text collate "C" NOT NULL,
	"credit_owner_id" text collate "C" NOT NULL,
	"credit_name" text collate "C" NOT NULL,
	"unit" text collate "C" NOT NULL,
	"amount" bigint NOT NULL,
	"reason" text NOT NULL,
	"ref" text collate "C",
	"posted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "transfers_positive" CHECK ("transfers"."amount" > 0),
	CONSTRAINT "transfers_within" CHECK ("transfers"."amount" between -9007199254740991 and 9007199254740991),
	CONSTRAINT "transfers_two_sides" CHECK (("transfers"."debit_owner_id", "transfers"."debit_name") is distinct from ("transfers"."credit_owner_id", "transfers"."credit_name"))
);
--> statement-breakpoint
CREATE TABLE "member_figures" (
	"member_id" text collate "C" PRIMARY KEY NOT NULL,
	"visits" integer NOT NULL,
	"spent_cents" bigint NOT NULL,
	"returned_cents" bigint NOT NULL,
	"first_at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receipt_lines" (
	"receipt_id" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"product_id" text collate "C",
	"category_id" text collate "C",
	"name" text NOT NULL,
	"quantity_thousandths" bigint NOT NULL,
	"unit_cents" bigint NOT NULL,
	"list_cents" bigint NOT NULL,
	"discount_cents" bigint NOT NULL,
	"net_cents" bigint NOT NULL,
	"points_paid_cents" bigint NOT NULL,
	"points_spent" bigint NOT NULL,
	"gift_card_cents" bigint NOT NULL,
	"to_pay_cents" bigint NOT NULL,
	"points_earned" bigint NOT NULL,
	"discounts" jsonb NOT NULL,
	"cost_cents" bigint,
	"happened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "receipt_lines_once" PRIMARY KEY("receipt_id","position"),
	CONSTRAINT "receipt_lines_net" CHECK ("receipt_lines"."net_cents" = "receipt_lines"."list_cents" - "receipt_lines"."discount_cents"),
	CONSTRAINT "receipt_lines_tenders" CHECK ("receipt_lines"."net_cents" = "receipt_lines"."points_paid_cents" + "receipt_lines"."gift_card_cents" + "receipt_lines"."to_pay_cents")
);
--> statement-breakpoint
CREATE TABLE "receipt_steps" (
	"receipt_id" text collate "C" PRIMARY KEY NOT NULL,
	"steps" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "receipt_tenders" (
	"receipt_id" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"subject_id" text collate "C",
	"cents" bigint NOT NULL,
	"points" bigint NOT NULL,
	CONSTRAINT "receipt_tenders_once" PRIMARY KEY("receipt_id","position")
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"number" text collate "C" NOT NULL,
	"store_id" text collate "C" NOT NULL,
	"device_id" text collate "C",
	"staff_id" text collate "C",
	"member_id" text collate "C" NOT NULL,
	"currency" text NOT NULL,
	"list_cents" bigint NOT NULL,
	"discount_cents" bigint NOT NULL,
	"total_cents" bigint NOT NULL,
	"points_spent" bigint NOT NULL,
	"points_paid_cents" bigint NOT NULL,
	"gift_card_cents" bigint NOT NULL,
	"to_pay_cents" bigint NOT NULL,
	"points_earned" bigint NOT NULL,
	"earned_pending_until" timestamp (3) with time zone,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"committed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "receipts_total" CHECK ("receipts"."total_cents" = "receipts"."list_cents" - "receipts"."discount_cents"),
	CONSTRAINT "receipts_tenders" CHECK ("receipts"."total_cents" = "receipts"."points_paid_cents" + "receipts"."gift_card_cents" + "receipts"."to_pay_cents")
);
--> statement-breakpoint
CREATE TABLE "return_lines" (
	"receipt_id" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"return_id" text collate "C" NOT NULL,
	"from_thousandths" bigint NOT NULL,
	"to_thousandths" bigint NOT NULL,
	"net_cents" bigint NOT NULL,
	"points_paid_cents" bigint NOT NULL,
	"points_given_back" bigint NOT NULL,
	"gift_card_cents" bigint NOT NULL,
	"refund_cents" bigint NOT NULL,
	"points_taken_back" bigint NOT NULL,
	CONSTRAINT "return_lines_once" PRIMARY KEY("receipt_id","position","from_thousandths"),
	CONSTRAINT "return_lines_forward" CHECK ("return_lines"."to_thousandths" > "return_lines"."from_thousandths")
);
--> statement-breakpoint
CREATE TABLE "returns" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"receipt_id" text collate "C" NOT NULL,
	"store_id" text collate "C" NOT NULL,
	"device_id" text collate "C",
	"staff_id" text collate "C",
	"member_id" text collate "C" NOT NULL,
	"currency" text NOT NULL,
	"total_cents" bigint NOT NULL,
	"refund_cents" bigint NOT NULL,
	"gift_card_cents" bigint NOT NULL,
	"points_given_back" bigint NOT NULL,
	"points_taken_back" bigint NOT NULL,
	"points_owed" bigint NOT NULL,
	"reason" text,
	"happened_at" timestamp (3) with time zone NOT NULL,
	"committed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "setup_codes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"code_hash" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "categories" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"position" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "products" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"category_id" text collate "C" NOT NULL,
	"name" text NOT NULL,
	"barcode" text collate "C",
	"unit" text DEFAULT 'piece' NOT NULL,
	"price_cents" bigint NOT NULL,
	"cost_cents" bigint,
	"created_at" timestamp (3) with time zone NOT NULL,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "products_price_not_negative" CHECK ("products"."price_cents" >= 0),
	CONSTRAINT "products_price_within" CHECK ("products"."price_cents" between -9007199254740991 and 9007199254740991)
);
--> statement-breakpoint
CREATE TABLE "programmes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"time_zone" text NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stores" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"city" text NOT NULL,
	"time_zone" text NOT NULL,
	"currency" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"archived_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "voucher_codes" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"voucher_id" text collate "C" NOT NULL,
	"code" text collate "C" NOT NULL,
	"member_id" text collate "C",
	"uses_left" integer,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"voided_at" timestamp (3) with time zone,
	CONSTRAINT "voucher_codes_uses_left" CHECK ("voucher_codes"."uses_left" >= 0)
);
--> statement-breakpoint
CREATE TABLE "voucher_redemptions" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"voucher_id" text collate "C" NOT NULL,
	"code_id" text collate "C" NOT NULL,
	"member_id" text collate "C" NOT NULL,
	"receipt_id" text collate "C" NOT NULL,
	"place" integer,
	"cents" bigint NOT NULL,
	"redeemed_at" timestamp (3) with time zone NOT NULL,
	"given_back_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "vouchers" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"description" text,
	"currency" text NOT NULL,
	"effect" jsonb NOT NULL,
	"conditions" jsonb NOT NULL,
	"code_kind" text NOT NULL,
	"holding" text NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"ends_at" timestamp (3) with time zone,
	"uses_per_member" integer,
	"uses_per_code" integer,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"paused_at" timestamp (3) with time zone,
	"archived_at" timestamp (3) with time zone,
	CONSTRAINT "vouchers_uses_per_member" CHECK ("vouchers"."uses_per_member" > 0),
	CONSTRAINT "vouchers_uses_per_code" CHECK ("vouchers"."uses_per_code" > 0),
	CONSTRAINT "vouchers_dates" CHECK ("vouchers"."ends_at" > "vouchers"."starts_at")
);
--> statement-breakpoint
CREATE TABLE "once_keys" (
	"caller" text collate "C" NOT NULL,
	"key" text collate "C" NOT NULL,
	"input_hash" text NOT NULL,
	"answer" jsonb,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "once_keys_once" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"subject_id" text collate "C" NOT NULL,
	"payload" jsonb NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_code_uses" ADD CONSTRAINT "member_code_uses_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gift_cards" ADD CONSTRAINT "gift_cards_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_accounts" ADD CONSTRAINT "auth_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_enrolled_by_staff_id_fk" FOREIGN KEY ("enrolled_by") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrolment_codes" ADD CONSTRAINT "enrolment_codes_created_by_staff_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "till_sessions" ADD CONSTRAINT "till_sessions_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "member_figures" ADD CONSTRAINT "member_figures_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipt_lines" ADD CONSTRAINT "receipt_lines_receipt_id_receipts_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "public"."receipts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipt_steps" ADD CONSTRAINT "receipt_steps_receipt_id_receipts_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "public"."receipts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipt_tenders" ADD CONSTRAINT "receipt_tenders_receipt_id_receipts_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "public"."receipts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_store_id_stores_id_fk" FOREIGN KEY ("store_id") REFERENCES "public"."stores"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_lines" ADD CONSTRAINT "return_lines_return_id_returns_id_fk" FOREIGN KEY ("return_id") REFERENCES "public"."returns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "return_lines" ADD CONSTRAINT "return_lines_line" FOREIGN KEY ("receipt_id","position") REFERENCES "public"."receipt_lines"("receipt_id","position") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_receipt_id_receipts_id_fk" FOREIGN KEY ("receipt_id") REFERENCES "public"."receipts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "products" ADD CONSTRAINT "products_category_id_categories_id_fk" FOREIGN KEY ("category_id") REFERENCES "public"."categories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD CONSTRAINT "voucher_codes_voucher_id_vouchers_id_fk" FOREIGN KEY ("voucher_id") REFERENCES "public"."vouchers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voucher_codes" ADD CONSTRAINT "voucher_codes_member_id_members_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."members"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "voucher_redemptions" ADD CONSTRAINT "voucher_redemptions_code_id_voucher_codes_id_fk" FOREIGN KEY ("code_id") REFERENCES "public"."voucher_codes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "consents_member" ON "consents" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "members_number" ON "members" USING btree ("number");--> statement-breakpoint
CREATE UNIQUE INDEX "members_user" ON "members" USING btree ("user_id") WHERE "members"."user_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "members_email" ON "members" USING btree (lower("email")) WHERE "members"."email" is not null;--> statement-breakpoint
CREATE INDEX "members_phone" ON "members" USING btree ("phone") WHERE "members"."phone" is not null;--> statement-breakpoint
CREATE INDEX "members_joined" ON "members" USING btree ("joined_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "gift_cards_code" ON "gift_cards" USING btree ("code_hash");--> statement-breakpoint
CREATE INDEX "gift_cards_member" ON "gift_cards" USING btree ("member_id");--> statement-breakpoint
CREATE INDEX "gift_cards_issued" ON "gift_cards" USING btree ("issued_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "auth_accounts_once" ON "auth_accounts" USING btree ("user_id","provider_id","account_id");--> statement-breakpoint
CREATE INDEX "devices_store" ON "devices" USING btree ("store_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "staff_user" ON "staff" USING btree ("user_id") WHERE "staff"."user_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "till_sessions_one_per_device" ON "till_sessions" USING btree ("device_id") WHERE "till_sessions"."signed_out_at" is null;--> statement-breakpoint
CREATE INDEX "till_sessions_staff" ON "till_sessions" USING btree ("staff_id");--> statement-breakpoint
CREATE INDEX "sign_in_tries_expires" ON "sign_in_tries" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "verifications_expires" ON "verifications" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "accounts_open" ON "accounts" USING btree ("owner_id","name") WHERE "accounts"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "accounts_due" ON "accounts" USING btree ("first_due_at","owner_id","name") WHERE "accounts"."first_due_at" is not null;--> statement-breakpoint
CREATE INDEX "entries_ref" ON "entries" USING btree ("ref") WHERE "entries"."ref" is not null;--> statement-breakpoint
CREATE INDEX "holds_open" ON "holds" USING btree ("owner_id","name") WHERE "holds"."captured_at" is null and "holds"."released_at" is null;--> statement-breakpoint
CREATE INDEX "holds_expiring" ON "holds" USING btree ("expires_at") WHERE "holds"."captured_at" is null and "holds"."released_at" is null;--> statement-breakpoint
CREATE INDEX "receipt_lines_member" ON "receipt_lines" USING btree ("member_id","happened_at");--> statement-breakpoint
CREATE INDEX "receipt_tenders_subject" ON "receipt_tenders" USING btree ("subject_id");--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_number" ON "receipts" USING btree ("number");--> statement-breakpoint
CREATE INDEX "receipts_member" ON "receipts" USING btree ("member_id","happened_at");--> statement-breakpoint
CREATE INDEX "receipts_store" ON "receipts" USING btree ("store_id","happened_at");--> statement-breakpoint
CREATE INDEX "receipts_happened" ON "receipts" USING btree ("happened_at");--> statement-breakpoint
CREATE INDEX "return_lines_return" ON "return_lines" USING btree ("return_id");--> statement-breakpoint
CREATE INDEX "returns_receipt" ON "returns" USING btree ("receipt_id");--> statement-breakpoint
CREATE INDEX "returns_member" ON "returns" USING btree ("member_id","happened_at");--> statement-breakpoint
CREATE UNIQUE INDEX "products_barcode" ON "products" USING btree ("barcode") WHERE "products"."barcode" is not null;--> statement-breakpoint
CREATE INDEX "products_category" ON "products" USING btree ("category_id") WHERE "products"."archived_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "voucher_codes_code" ON "voucher_codes" USING btree ("code");--> statement-breakpoint
CREATE INDEX "voucher_codes_voucher" ON "voucher_codes" USING btree ("voucher_id","id");--> statement-breakpoint
CREATE INDEX "voucher_codes_member" ON "voucher_codes" USING btree ("member_id");--> statement-breakpoint
CREATE UNIQUE INDEX "voucher_redemptions_member_place" ON "voucher_redemptions" USING btree ("voucher_id","member_id","place");--> statement-breakpoint
CREATE INDEX "voucher_redemptions_code" ON "voucher_redemptions" USING btree ("code_id");--> statement-breakpoint
CREATE INDEX "voucher_redemptions_receipt" ON "voucher_redemptions" USING btree ("receipt_id");--> statement-breakpoint
CREATE INDEX "voucher_redemptions_member" ON "voucher_redemptions" USING btree ("member_id","redeemed_at");--> statement-breakpoint
CREATE INDEX "vouchers_created" ON "vouchers" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "outbox" USING btree ("id") WHERE "outbox"."delivered_at" is null;