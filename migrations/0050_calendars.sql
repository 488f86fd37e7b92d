-- What clocks are computed from, calendars and published standards, changes seldom and is kept in memory by every process:
-- the number says whether what is kept still holds. It comes from a sequence because that never gives a number twice,
-- not even one that a transaction rolled back.
create sequence promises_revision;
alter table workspaces add column promises_revision bigint not null default 0;

create table calendars (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  description text,
  is_default boolean not null default false,
  version_count integer not null default 0,
  -- Of the version recorded last: names all that the calendar says, even while the transaction that adds one is not over.
  last_version_id uuid,
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint calendars_external_id_key unique (workspace_id, external_id),
  constraint calendars_default_in_use_check check (not (is_default and archived_at is not null))
);
create unique index calendars_name_key on calendars (workspace_id, lower(name));
create unique index calendars_default_key on calendars (workspace_id) where is_default;
create index calendars_name on calendars (workspace_id, name, id);
create index calendars_created_at on calendars (workspace_id, created_at, id);
create index calendars_updated_at on calendars (workspace_id, updated_at);
create index calendars_archived_at on calendars (workspace_id, archived_at);

-- Immutable: one is in force from effective_from until the next one's, whenever it was recorded.
create table calendar_versions (
  workspace_id uuid not null,
  id uuid not null,
  calendar_id uuid not null,
  number integer not null,
  effective_from timestamptz(3) not null,
  time_zone text not null,
  weekly json not null,
  exceptions json not null,
  holidays json not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint calendar_versions_calendar_fkey foreign key (workspace_id, calendar_id) references calendars (workspace_id, id),
  constraint calendar_versions_number_key unique (workspace_id, calendar_id, number),
  constraint calendar_versions_effective_from_key unique (workspace_id, calendar_id, effective_from)
);
