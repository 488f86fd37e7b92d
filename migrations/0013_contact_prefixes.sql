-- For `startsWith`, which compares bytes: an index in the database's own collation cannot serve it.
create index contacts_name_prefix on contacts (workspace_id, name collate "C") where merged_into_id is null;
create index contacts_external_id_prefix on contacts (workspace_id, external_id collate "C") where merged_into_id is null;
create index companies_name_prefix on companies (workspace_id, name collate "C");
