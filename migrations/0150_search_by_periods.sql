-- An index of words has one list for each word, and a search read all of it, however old: ten times the messages were ten times the work for one
-- page. So before each word of a message stands the period (two weeks) in which its conversation was active last, as before that its workspace: a
-- search goes from the latest period back, until its page is full.

-- Periods of 14 days, counted from so long ago that they are never negative; until the year 2489 they have four digits in hexadecimal.
create function period_of(at timestamptz) returns integer language sql immutable parallel safe
  return ((at at time zone 'UTC')::date - date '1970-01-01' + 728000) / 14;
create function period_start(period integer) returns timestamptz language sql immutable parallel safe
  return (date '1970-01-01' + (period * 14 - 728000))::timestamp at time zone 'UTC';

-- Without the words that would be too long with seven letters more; and of many bytes no more than what has room.
create or replace function long_words_in(words text) returns tsvector language sql immutable parallel safe
begin atomic
  select ts_delete(found, array(select lexeme from unnest(found) where octet_length(lexeme) > 2036))
  from to_tsvector('simple', left(words, case when octet_length(words) > 250000 then 50000 else 100000 end)) found;
end;
create function words_in(workspace uuid, period integer, words text) returns tsvector language sql immutable parallel safe
  return ltrim(replace(' ' || case when octet_length(words) < 1300 then to_tsvector('simple', words) else long_words_in(words) end::text,
    ' ''', ' ''' || word_prefix(workspace) || to_hex(period)))::tsvector;
-- What is asked for, with a character that no word has where each one begins; and then in one period of a workspace.
create function words_wanted(asked text) returns text language sql immutable parallel safe
  return regexp_replace(websearch_to_tsquery('simple', asked)::text, '''((?:[^'']|'''')+)''', '''' || chr(1) || '\1''', 'g');
create function words_asked(workspace uuid, period integer, wanted text) returns tsquery language sql immutable parallel safe
  return replace(wanted, chr(1), word_prefix(workspace) || to_hex(period))::tsquery;

drop trigger messages_week on messages;
drop trigger conversations_week on conversations;
drop function keep_week_of_message, keep_weeks_of_messages;

-- `active_in` was a week: it becomes the period in which the conversation was active last; null where it is the one that the message was written in.
alter table messages drop column search;
update messages m set active_in = nullif(period_of(c.last_activity_at), period_of(m.occurred_at)) from conversations c
  where c.workspace_id = m.workspace_id and c.id = m.conversation_id and m.active_in is not null;
drop function week_of, words_in(uuid, text), words_asked(uuid, text);

create function keep_period_of_message() returns trigger language plpgsql as $$
begin
  new.active_in := (select nullif(period_of(last_activity_at), period_of(new.occurred_at)) from conversations
    where workspace_id = new.workspace_id and id = new.conversation_id);
  return new;
end $$;
create trigger messages_period before insert or update of conversation_id, occurred_at on messages for each row execute function keep_period_of_message();

create function keep_periods_of_messages() returns trigger language plpgsql as $$
begin
  update messages set active_in = nullif(period_of(new.last_activity_at), period_of(occurred_at))
    where workspace_id = new.workspace_id and conversation_id = new.id and coalesce(active_in, period_of(occurred_at)) <> period_of(new.last_activity_at);
  return null;
end $$;
create trigger conversations_period after update of last_activity_at on conversations for each row
  when (period_of(old.last_activity_at) <> period_of(new.last_activity_at)) execute function keep_periods_of_messages();

alter table messages add column search tsvector
  generated always as (words_in(workspace_id, coalesce(active_in, period_of(occurred_at)), coalesce(subject, '') || ' ' || text)) stored;
create index messages_search on messages using gin (search) with (gin_pending_list_limit = 128);
