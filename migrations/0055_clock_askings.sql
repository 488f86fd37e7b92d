-- What a workspace promises has changed: a worker walks its conversations, the newest first, and computes the clocks that may
-- say something else. One row for a workspace, however many publications; gone when it is done.
create table clock_askings (
  workspace_id uuid primary key references workspaces (id),
  -- From when on the promises may say something else.
  since timestamptz(3) not null,
  asked_at timestamptz(3) not null default now(),
  -- The conversation down to which it has come.
  cursor_id uuid not null default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  done integer not null default 0,
  -- Conversations that others held when it came by.
  passed_over uuid[] not null default '{}',
  -- Asked for on the way: another walk after this one, from a later instant on.
  then_since timestamptz(3)
);

-- Who asks for one conversation says so in clocks_asked alone.
update conversations set clocks_asked = true where clocks_check_at = '1970-01-01T00:00:00Z';
