-- What conversations are filtered by, in the order of lists: a page of those with one tag, or with one value of an attribute, is
-- read where it stands, however many have it. An index of a list of words (GIN) finds them all, and knows no order.
create table conversation_words (
  workspace_id uuid not null,
  -- `tag=` and its id, or an attribute's key and value as in attribute_words.
  word text collate "C" not null,
  last_activity_at timestamptz(3) not null,
  conversation_id uuid not null,
  primary key (workspace_id, word, last_activity_at, conversation_id)
);

create function conversation_words_of(tags uuid[], attributes text[]) returns text[] language sql immutable parallel safe
  return array(select 'tag=' || tag from unnest(tags) tag union select word from unnest(attributes) word where word like '%=%');

-- Of active conversations alone, which is what lists show unless they are asked for others.
create function keep_conversation_words() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.disposition = 'active' then
    if tg_op = 'UPDATE' and new.disposition = 'active' and new.tag_ids = old.tag_ids and new.attribute_words = old.attribute_words then
      update conversation_words w set last_activity_at = new.last_activity_at
        where w.workspace_id = old.workspace_id and w.word = any(conversation_words_of(old.tag_ids, old.attribute_words))
          and w.last_activity_at = old.last_activity_at and w.conversation_id = old.id;
      return null;
    end if;
    delete from conversation_words w
      where w.workspace_id = old.workspace_id and w.word = any(conversation_words_of(old.tag_ids, old.attribute_words))
        and w.last_activity_at = old.last_activity_at and w.conversation_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.disposition = 'active' then
    insert into conversation_words (workspace_id, word, last_activity_at, conversation_id)
      select new.workspace_id, word, new.last_activity_at, new.id
      from unnest(conversation_words_of(new.tag_ids, new.attribute_words)) word;
  end if;
  return null;
end $$;

insert into conversation_words (workspace_id, word, last_activity_at, conversation_id)
  select workspace_id, word, last_activity_at, id from conversations, unnest(conversation_words_of(tag_ids, attribute_words)) word
  where disposition = 'active';

create trigger conversation_words_made after insert or delete on conversations for each row execute function keep_conversation_words();
create trigger conversation_words_kept after update on conversations for each row
  when ((old.disposition, old.last_activity_at, old.tag_ids, old.attribute_words) is distinct from (new.disposition, new.last_activity_at, new.tag_ids, new.attribute_words))
  execute function keep_conversation_words();

-- Words with three letters of their workspace before each: an index of words has one list for each word, and a search in one
-- workspace would read what all of them hold.
create function word_prefix(workspace uuid) returns text language sql immutable parallel safe
  return right(workspace::text, 3);
-- Without the words that would be too long with three letters more; and of many bytes no more than what has room.
create function long_words_in(words text) returns tsvector language sql immutable parallel safe
begin atomic
  select ts_delete(found, array(select lexeme from unnest(found) where octet_length(lexeme) > 2040))
  from to_tsvector('simple', left(words, case when octet_length(words) > 250000 then 50000 else 100000 end)) found;
end;
create function words_in(workspace uuid, words text) returns tsvector language sql immutable parallel safe
  return ltrim(replace(' ' || case when octet_length(words) < 1300 then to_tsvector('simple', words) else long_words_in(words) end::text,
    ' ''', ' ''' || word_prefix(workspace)))::tsvector;
create function words_asked(workspace uuid, asked text) returns tsquery language sql immutable parallel safe
  return regexp_replace(websearch_to_tsquery('simple', asked)::text, '''((?:[^'']|'''')+)''', '''' || word_prefix(workspace) || '\1''', 'g')::tsquery;

alter table messages drop column search;
alter table messages add column search tsvector generated always as (words_in(workspace_id, coalesce(subject, '') || ' ' || text)) stored;
create index messages_search on messages using gin (search) with (gin_pending_list_limit = 128);

-- What is found by words is put in order by this index alone. Others refer to it: they let go while it is made anew.
do $$
declare
  reference record;
  again text[] := '{}';
  each text;
begin
  for reference in select conrelid::regclass as owner, conname, pg_get_constraintdef(oid) as definition
    from pg_constraint where confrelid = 'conversations'::regclass and contype = 'f'
  loop
    execute format('alter table %s drop constraint %I', reference.owner, reference.conname);
    again := again || format('alter table %s add constraint %I %s', reference.owner, reference.conname, reference.definition);
  end loop;
  alter table conversations drop constraint conversations_pkey,
    add constraint conversations_pkey primary key (workspace_id, id) include (disposition, last_activity_at);
  foreach each in array again loop execute each; end loop;
end $$;
