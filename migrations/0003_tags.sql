create table tags (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  description text,
  color text,
  parent_id uuid,
  archived_at timestamptz(3),
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint tags_external_id_key unique (workspace_id, external_id),
  constraint tags_parent_fkey foreign key (workspace_id, parent_id) references tags (workspace_id, id)
);
create unique index tags_name_key on tags (workspace_id, lower(name));
create index tags_parent on tags (workspace_id, parent_id);
create index tags_created_at on tags (workspace_id, created_at, id);
