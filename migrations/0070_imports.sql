create table imports (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  -- receiving: its lines are being stored; running: they are being worked on.
  state text not null check (state in ('receiving', 'running', 'finished', 'failed', 'cancelled')),
  reason text,
  -- Who started it, and what it may do besides loading history.
  actor_kind text not null,
  actor_id text,
  scopes text[] not null,
  max_errors integer not null,
  -- How far the file was read: its bytes, the number of the last line, and how many lines were not empty.
  bytes_read bigint not null default 0,
  last_line integer not null default 0,
  lines_read integer not null default 0,
  lines_done integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  -- The last line that was worked on, in the order of the primary key of import_lines.
  stage_done smallint not null default -1,
  key_done text collate "C" not null default '',
  part_done smallint not null default 0,
  line_done integer not null default 0,
  -- The earliest fact among them: from when on figures and promises may have changed.
  earliest_at timestamptz(3),
  finished_at timestamptz(3),
  -- Whether import_lines still has lines of it.
  lines_kept boolean not null default true,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint imports_external_id_key unique (workspace_id, external_id)
);
create index imports_created_at on imports (workspace_id, created_at, id);
create index imports_state on imports (workspace_id, state);
create index imports_open on imports (updated_at) where state in ('receiving', 'running');
create index imports_lines_kept on imports (id) where lines_kept;

-- The lines of imports that have not ended, so that what belongs together is worked on together wherever it stood in the
-- file: kinds that others refer to come first, then conversation by conversation.
create table import_lines (
  workspace_id uuid not null,
  import_id uuid not null,
  stage smallint not null,
  -- The conversation's external id; empty where every line stands alone.
  key text collate "C" not null,
  -- 0 for what makes a conversation, 1 for what happened to it.
  part smallint not null,
  line integer not null,
  data json not null,
  primary key (workspace_id, import_id, stage, key, part, line),
  constraint import_lines_import_fkey foreign key (workspace_id, import_id) references imports (workspace_id, id)
);

create table import_errors (
  workspace_id uuid not null,
  import_id uuid not null,
  line integer not null,
  position smallint not null,
  path text not null,
  message text not null,
  primary key (workspace_id, import_id, line, position),
  constraint import_errors_import_fkey foreign key (workspace_id, import_id) references imports (workspace_id, id)
);
