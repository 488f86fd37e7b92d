-- A standard tried on history: what was tried, how far it has come, and what came out.
create table backtests (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  standard_id uuid not null,
  version_number integer not null,
  is_draft boolean not null,
  -- What is tried, as it was when the backtest was asked for: a draft may change since.
  content json not null,
  from_at timestamptz(3) not null,
  to_at timestamptz(3) not null,
  -- The instant at which both what would have been and what was are looked at.
  as_of timestamptz(3) not null,
  filter json,
  dimensions json not null,
  time_zone text not null,
  state text not null default 'queued' constraint backtests_state_check check (state in ('queued', 'running', 'done', 'cancelled', 'failed')),
  done integer not null default 0,
  total integer,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  error text,
  result json,
  cells json,
  -- Where to go on from, what was counted until there, and who is at it until when.
  cursor_at timestamptz(3),
  cursor_id uuid,
  tally json,
  lease uuid,
  lease_until timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint backtests_external_id_key unique (workspace_id, external_id),
  constraint backtests_standard_fkey foreign key (workspace_id, standard_id) references standards (workspace_id, id)
);
create index backtests_created_at on backtests (workspace_id, created_at, id);
create index backtests_standard on backtests (workspace_id, standard_id, created_at);
create index backtests_state on backtests (workspace_id, state, created_at);
create index backtests_waiting on backtests (created_at) where state in ('queued', 'running');
