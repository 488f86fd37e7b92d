-- One row a conversation: what a fold over its facts gives, kept so that a list needs no second question.
create table conversations (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  version integer not null default 1,
  -- The earliest instant among its facts; recorded_at is when it came to be here.
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  subject text,
  subject_given boolean not null default false,
  channel_id uuid not null,
  channel_kind text not null,
  contact_id uuid,
  company_id uuid,
  tier text,
  language text,
  attributes jsonb not null default '{}',
  -- What its attributes are found by: each key, and each key=value.
  attribute_words text[] not null default '{}',
  complexity double precision check (complexity >= 0),
  tag_ids uuid[] not null default '{}',
  priority text not null,
  assignee_id uuid,
  team_id uuid,
  status text not null,
  status_reason text,
  own_status text,
  status_since timestamptz(3) not null,
  snoozed_until timestamptz(3),
  snooze_reason text,
  -- When a worker shall notice that the snooze is over; null when there is none, or it was noticed.
  wake_at timestamptz(3),
  waiting_since timestamptz(3),
  first_inbound_at timestamptz(3),
  first_inbound_message_id uuid,
  last_inbound_at timestamptz(3),
  last_inbound_message_id uuid,
  first_outbound_at timestamptz(3),
  first_outbound_message_id uuid,
  last_outbound_at timestamptz(3),
  last_outbound_message_id uuid,
  last_message_at timestamptz(3),
  last_message_id uuid,
  last_activity_at timestamptz(3) not null,
  messages_in integer not null default 0,
  messages_out integer not null default 0,
  notes integer not null default 0,
  first_reply_at timestamptz(3),
  first_resolved_at timestamptz(3),
  resolved_at timestamptz(3),
  resolved_by_kind text,
  resolved_by_id text,
  closed_at timestamptz(3),
  reopen_count integer not null default 0,
  disposition text not null default 'active' check (disposition in ('active', 'spam', 'merged', 'deleted')),
  spam_at timestamptz(3),
  merged_into_id uuid,
  merged_at timestamptz(3),
  deleted_at timestamptz(3),
  previous_conversation_id uuid,
  -- What else the fold needs to go on from here.
  fold json not null,
  primary key (workspace_id, id),
  constraint conversations_external_id_key unique (workspace_id, external_id),
  constraint conversations_channel_fkey foreign key (workspace_id, channel_id) references channels (workspace_id, id),
  constraint conversations_contact_fkey foreign key (workspace_id, contact_id) references contacts (workspace_id, id),
  constraint conversations_company_fkey foreign key (workspace_id, company_id) references companies (workspace_id, id),
  constraint conversations_assignee_fkey foreign key (workspace_id, assignee_id) references agents (workspace_id, id),
  constraint conversations_team_fkey foreign key (workspace_id, team_id) references teams (workspace_id, id),
  constraint conversations_merged_into_fkey foreign key (workspace_id, merged_into_id) references conversations (workspace_id, id),
  constraint conversations_previous_fkey foreign key (workspace_id, previous_conversation_id) references conversations (workspace_id, id)
) with (fillfactor = 85);
create index conversations_activity on conversations (workspace_id, disposition, last_activity_at desc, id desc);
create index conversations_status on conversations (workspace_id, disposition, status, last_activity_at desc, id desc);
create index conversations_assignee on conversations (workspace_id, assignee_id, status, last_activity_at desc, id desc);
create index conversations_team on conversations (workspace_id, team_id, status, last_activity_at desc, id desc);
create index conversations_contact on conversations (workspace_id, contact_id, last_activity_at desc, id desc);
create index conversations_company on conversations (workspace_id, company_id, last_activity_at desc, id desc) where company_id is not null;
create index conversations_channel on conversations (workspace_id, channel_id, last_activity_at desc, id desc);
create index conversations_created on conversations (workspace_id, created_at, id);
create index conversations_updated on conversations (workspace_id, updated_at, id);
create index conversations_waiting on conversations (workspace_id, waiting_since, id) where waiting_since is not null;
create index conversations_wake on conversations (wake_at) where wake_at is not null;
create index conversations_tags on conversations using gin (tag_ids);
create index conversations_attributes on conversations using gin (attribute_words);
create index conversations_tier on conversations (workspace_id, tier, last_activity_at desc, id desc) where tier is not null;
create index conversations_language on conversations (workspace_id, language, last_activity_at desc, id desc) where language is not null;
create index conversations_kind on conversations (workspace_id, channel_kind, last_activity_at desc, id desc);
-- What nearly every conversation has is found soon enough along the others; these are for the rest.
create index conversations_priority on conversations (workspace_id, priority, last_activity_at desc, id desc) where priority <> 'normal';
create index conversations_snoozed on conversations (workspace_id, snoozed_until) where snoozed_until is not null;
create index conversations_resolved on conversations (workspace_id, resolved_at) where resolved_at is not null;
create index conversations_reopened on conversations (workspace_id, reopen_count) where reopen_count > 0;
create index conversations_external_id_start on conversations (workspace_id, external_id collate "C") where external_id is not null;
create index conversations_merged_into on conversations (workspace_id, merged_into_id) where merged_into_id is not null;
create index conversations_previous on conversations (workspace_id, previous_conversation_id) where previous_conversation_id is not null;

-- Everything that happened to a conversation, in no order: what its row, its clocks and its metrics are computed from.
create table conversation_facts (
  workspace_id uuid not null,
  conversation_id uuid not null,
  id uuid not null,
  kind text not null,
  occurred_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  sequence integer not null default 0,
  actor_kind text not null,
  actor_id text,
  data json not null,
  primary key (workspace_id, conversation_id, id),
  constraint conversation_facts_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);

-- By which words of theirs providers' threads are found again: thread ids, and Message-IDs named in References.
create table conversation_threads (
  workspace_id uuid not null,
  channel_id uuid not null,
  key text not null,
  conversation_id uuid not null,
  primary key (workspace_id, channel_id, key),
  constraint conversation_threads_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id)
);
create index conversation_threads_conversation on conversation_threads (workspace_id, conversation_id);

create table messages (
  workspace_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  external_id text,
  version integer not null default 1,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  kind text not null check (kind in ('inbound', 'reply', 'note')),
  -- When it was written, which is what clocks use; created_at is when it came to be here.
  occurred_at timestamptz(3) not null,
  sequence integer not null default 0,
  author_kind text not null,
  author_id text,
  author_name text,
  contact_id uuid,
  subject text,
  text text not null default '',
  -- As it came; safe_html is what goes out.
  html text,
  safe_html text,
  full_text text,
  in_reply_to text,
  recipients jsonb not null default '[]',
  attachments jsonb not null default '[]',
  auto_generated text,
  auto_generated_reason text,
  spam boolean not null default false,
  counts_for_service boolean not null default true,
  not_counted_reason text,
  -- A note that was made public: since when it is a reply.
  published_at timestamptz(3),
  delivery_state text check (delivery_state in ('queued', 'sent', 'delivered', 'read', 'failed')),
  delivery_reason text,
  delivery_changed_at timestamptz(3),
  provider_message_id text,
  search tsvector generated always as (to_tsvector('simple', left(coalesce(subject, '') || ' ' || text, 100000))) stored,
  primary key (workspace_id, id),
  constraint messages_external_id_key unique (workspace_id, channel_id, external_id),
  constraint messages_conversation_fkey foreign key (workspace_id, conversation_id) references conversations (workspace_id, id),
  constraint messages_channel_fkey foreign key (workspace_id, channel_id) references channels (workspace_id, id),
  constraint messages_contact_fkey foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);
create index messages_conversation on messages (workspace_id, conversation_id, occurred_at, id);
create index messages_provider on messages (workspace_id, channel_id, provider_message_id) where provider_message_id is not null;
create index messages_contact on messages (workspace_id, contact_id) where contact_id is not null;
create index messages_search on messages using gin (search);
create index messages_queued on messages (delivery_changed_at) where delivery_state = 'queued';

-- The bytes of attachments, apart from what lists read.
create table attachments (
  workspace_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  filename text not null,
  content_type text not null,
  content bytea not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint attachments_message_fkey foreign key (workspace_id, message_id) references messages (workspace_id, id)
);
create index attachments_message on attachments (workspace_id, message_id);
