create table standards (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  -- Of the published version, before that of the draft: what lists are searched and sorted by.
  name text not null,
  audience text not null constraint standards_audience_check check (audience in ('internal', 'public')),
  owner_id uuid,
  state text not null default 'draft' constraint standards_state_check check (state in ('draft', 'published', 'archived')),
  position integer not null,
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint standards_external_id_key unique (workspace_id, external_id),
  constraint standards_owner_fkey foreign key (workspace_id, owner_id) references agents (workspace_id, id),
  constraint standards_archived_check check ((state = 'archived') = (archived_at is not null))
);
create unique index standards_name_key on standards (workspace_id, lower(name)) where archived_at is null;
create index standards_position on standards (workspace_id, position, id);
create index standards_name on standards (workspace_id, name, id);
create index standards_created_at on standards (workspace_id, created_at, id);
create index standards_updated_at on standards (workspace_id, updated_at);
create index standards_state on standards (workspace_id, state, audience);
create index standards_owner on standards (workspace_id, owner_id);

-- Never changed once published; one that is not yet is the standard's draft.
create table standard_versions (
  workspace_id uuid not null,
  id uuid not null,
  standard_id uuid not null,
  number integer not null,
  published_at timestamptz(3),
  apply text constraint standard_versions_apply_check check (apply in ('keep', 'reapply')),
  position integer,
  owner_id uuid,
  content json not null,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint standard_versions_standard_fkey foreign key (workspace_id, standard_id) references standards (workspace_id, id),
  constraint standard_versions_owner_fkey foreign key (workspace_id, owner_id) references agents (workspace_id, id),
  constraint standard_versions_number_key unique (workspace_id, standard_id, number),
  constraint standard_versions_published_check check
    ((published_at is null) = (apply is null) and (published_at is null) = (position is null))
);
create unique index standard_versions_draft_key on standard_versions (workspace_id, standard_id) where published_at is null;
