using System.CommandLine;
using MailManager.LoadTests.Load;
using MailManager.LoadTests.Logs;
using MailManager.LoadTests.Measure;
using MailManager.LoadTests.Sink;

// No server under test can be elsewhere: every subcommand refuses addresses other than loopback.
var root = new RootCommand("Load driver and sink for SMTP servers on this machine")
{
    LoadCommand.Create(),
    SinkCommand.Create(),
    VerifyCommand.Create(),
    IdleCommand.Create(),
    MeasureCommand.Create(),
    DiskCommand.Create(),
};
// The sink ends by itself on SIGTERM and prints its totals; the parser must not end the process first.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await root.Parse(args).InvokeAsync(invocation).ConfigureAwait(false);
