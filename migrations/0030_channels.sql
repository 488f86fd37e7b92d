create table channels (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  kind text not null check (kind in ('email', 'phone', 'chat', 'social', 'forum', 'sms', 'whatsapp', 'form', 'api')),
  state text not null default 'active' check (state in ('planned', 'active', 'retired')),
  expectation text,
  address text,
  provider text not null default 'generic',
  -- N × 86,400 s after the resolution in force a message starts a new conversation; null: it always reopens.
  reopen_window_days integer check (reopen_window_days between 0 and 3650),
  -- Where a message goes that names no thread: the contact's latest conversation on this channel, or a new one.
  unthreaded text not null default 'new' check (unthreaded in ('new', 'latest')),
  default_team_id uuid,
  default_priority text not null default 'normal' check (default_priority in ('low', 'normal', 'high', 'urgent')),
  settings jsonb not null default '{}',
  hook_secret_hash bytea,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint channels_external_id_key unique (workspace_id, external_id),
  constraint channels_default_team_fkey foreign key (workspace_id, default_team_id) references teams (workspace_id, id)
);
create unique index channels_name_key on channels (workspace_id, lower(name));
create index channels_created_at on channels (workspace_id, created_at, id);
create index channels_kind on channels (workspace_id, kind, state);

-- What a channel pushed in, as it came, kept before it is parsed.
create table inbound_receipts (
  workspace_id uuid not null,
  id uuid not null,
  channel_id uuid not null,
  state text not null check (state in ('received', 'processed', 'failed', 'ignored')),
  content_type text not null,
  headers jsonb not null default '{}',
  payload bytea not null,
  external_id text,
  message_id uuid,
  conversation_id uuid,
  reason text,
  attempts integer not null default 0,
  received_at timestamptz(3) not null,
  processed_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint inbound_receipts_channel_fkey foreign key (workspace_id, channel_id) references channels (workspace_id, id)
);
create index inbound_receipts_channel on inbound_receipts (workspace_id, channel_id, received_at desc, id desc);
create index inbound_receipts_state on inbound_receipts (workspace_id, state, received_at desc, id desc);
create index inbound_receipts_pending on inbound_receipts (received_at) where state = 'received';
