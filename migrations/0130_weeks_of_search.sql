-- What is found by words is put in order by when its conversation was active last, which stands with the conversation: a thousand found are a thousand
-- looked up. So each message keeps the week of it, and only conversations of the latest weeks are looked up, until the page is full.

-- Weeks since 1970.
create function week_of(at timestamptz) returns integer language sql immutable parallel safe
  return ((at at time zone 'UTC')::date - date '1970-01-01') / 7;

-- The week in which the conversation was active last; null where it is the one that the message was written in.
alter table messages add column active_in integer;
update messages m set active_in = week_of(c.last_activity_at) from conversations c
  where c.workspace_id = m.workspace_id and c.id = m.conversation_id and week_of(c.last_activity_at) <> week_of(m.occurred_at);

create function keep_week_of_message() returns trigger language plpgsql as $$
begin
  new.active_in := (select nullif(week_of(last_activity_at), week_of(new.occurred_at)) from conversations
    where workspace_id = new.workspace_id and id = new.conversation_id);
  return new;
end $$;
create trigger messages_week before insert or update of conversation_id, occurred_at on messages for each row execute function keep_week_of_message();

create function keep_weeks_of_messages() returns trigger language plpgsql as $$
begin
  update messages set active_in = nullif(week_of(new.last_activity_at), week_of(occurred_at))
    where workspace_id = new.workspace_id and conversation_id = new.id and coalesce(active_in, week_of(occurred_at)) <> week_of(new.last_activity_at);
  return null;
end $$;
create trigger conversations_week after update of last_activity_at on conversations for each row
  when (week_of(old.last_activity_at) <> week_of(new.last_activity_at)) execute function keep_weeks_of_messages();
