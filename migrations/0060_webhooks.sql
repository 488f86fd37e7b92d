-- Where events are sent to. `position` is the last event of which it is settled whether it is delivered here.
create table webhooks (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  url text not null,
  description text,
  types text[],
  disabled_at timestamptz(3),
  disabled_because text constraint webhooks_disabled_because_check check (disabled_because in ('asked', 'failed')),
  secret text not null,
  previous_secret text,
  previous_secret_until timestamptz(3),
  position bigint not null,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint webhooks_external_id_key unique (workspace_id, external_id)
);
create index webhooks_created_at on webhooks (workspace_id, created_at, id);
create index webhooks_enabled on webhooks (workspace_id, id) where disabled_at is null;

-- One event on its way to one webhook. Due when `next_attempt_at` has come; null while another event about the same subject
-- is before it, when the webhook is disabled, and when it is over.
create table webhook_deliveries (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  webhook_id uuid not null,
  event_id uuid not null,
  sequence bigint not null,
  event_type text not null,
  subject_id uuid not null,
  state text not null default 'pending' constraint webhook_deliveries_state_check check (state in ('pending', 'delivered', 'failed')),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz(3),
  finished_at timestamptz(3),
  created_at timestamptz(3) not null,
  primary key (workspace_id, id),
  constraint webhook_deliveries_webhook_fkey foreign key (workspace_id, webhook_id) references webhooks (workspace_id, id) on delete cascade
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where next_attempt_at is not null;
create index webhook_deliveries_turn on webhook_deliveries (workspace_id, webhook_id, subject_id, sequence, id) where state = 'pending';
create index webhook_deliveries_created_at on webhook_deliveries (workspace_id, created_at, id);
create index webhook_deliveries_webhook on webhook_deliveries (workspace_id, webhook_id, created_at, id);

create table webhook_attempts (
  workspace_id uuid not null references workspaces (id),
  delivery_id uuid not null,
  number integer not null,
  attempted_at timestamptz(3) not null,
  duration_ms integer not null,
  status integer,
  response text,
  error text,
  primary key (workspace_id, delivery_id, number),
  constraint webhook_attempts_delivery_fkey foreign key (workspace_id, delivery_id) references webhook_deliveries (workspace_id, id) on delete cascade
);
