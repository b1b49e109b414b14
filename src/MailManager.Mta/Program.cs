using MailManager.Mta.Cli;

return await CommandLineInterface.RunAsync(args).ConfigureAwait(false);
