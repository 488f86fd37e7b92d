create table companies (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text not null,
  domains text[] not null default '{}',
  tier text,
  attributes jsonb not null default '{}',
  search tsvector not null generated always as (to_tsvector('simple'::regconfig, name)) stored,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint companies_external_id_key unique (workspace_id, external_id)
);
create index companies_name on companies (workspace_id, name, id);
create index companies_created_at on companies (workspace_id, created_at, id);
create index companies_updated_at on companies (workspace_id, updated_at, id);
create index companies_tier on companies (workspace_id, tier);
create index companies_domains on companies using gin (domains);
create index companies_attributes on companies using gin (attributes);
create index companies_search on companies using gin (search);

create table contacts (
  workspace_id uuid not null references workspaces (id),
  id uuid not null,
  external_id text,
  name text,
  company_id uuid,
  language text,
  time_zone text,
  attributes jsonb not null default '{}',
  blocked_at timestamptz(3),
  -- The survivor of a merge; always one that was not merged itself, so that one step leads to it.
  merged_into_id uuid,
  erased_at timestamptz(3),
  search tsvector not null generated always as (to_tsvector('simple'::regconfig, coalesce(name, ''))) stored,
  version integer not null default 1,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  primary key (workspace_id, id),
  constraint contacts_external_id_key unique (workspace_id, external_id),
  constraint contacts_company_fkey foreign key (workspace_id, company_id) references companies (workspace_id, id),
  constraint contacts_merged_into_fkey foreign key (workspace_id, merged_into_id) references contacts (workspace_id, id)
);
create index contacts_created_at on contacts (workspace_id, created_at, id) where merged_into_id is null;
create index contacts_updated_at on contacts (workspace_id, updated_at, id) where merged_into_id is null;
create index contacts_company on contacts (workspace_id, company_id, created_at, id);
create index contacts_language on contacts (workspace_id, language, created_at, id) where merged_into_id is null;
create index contacts_name on contacts (workspace_id, name) where merged_into_id is null;
create index contacts_blocked_at on contacts (workspace_id, blocked_at) where blocked_at is not null;
create index contacts_erased_at on contacts (workspace_id, erased_at) where erased_at is not null;
create index contacts_merged_into on contacts (workspace_id, merged_into_id) where merged_into_id is not null;
create index contacts_attributes on contacts using gin (attributes);
create index contacts_search on contacts using gin (search);

-- Where a contact writes from. Each belongs to one contact; values are kept as src/resources/contacts/identity.ts writes them.
create table contact_identities (
  workspace_id uuid not null,
  contact_id uuid not null,
  kind text not null constraint contact_identities_kind_check check (kind in ('email', 'phone', 'handle')),
  provider text not null default '' constraint contact_identities_provider_check check ((kind = 'handle') = (provider <> '')),
  value text not null,
  position integer not null,
  created_at timestamptz(3) not null default now(),
  primary key (workspace_id, kind, value, provider),
  constraint contact_identities_contact_fkey foreign key (workspace_id, contact_id) references contacts (workspace_id, id)
);
create index contact_identities_contact on contact_identities (workspace_id, contact_id, position);
create index contact_identities_value on contact_identities (workspace_id, lower(value) collate "C");
