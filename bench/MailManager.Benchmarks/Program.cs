using MailManager.Benchmarks.Queue;

return args switch
{
    ["queue", ..] => await QueueLoad.RunAsync(args[1..]),
    ["queue-backlog", ..] => await QueueBacklog.RunAsync(args[1..]),
    _ => 0,
};
