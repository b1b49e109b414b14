using MailManager.Benchmarks.Queue;

return args is ["queue", ..] ? await QueueLoad.RunAsync(args[1..]) : 0;
