using System.Buffers;
using BenchmarkDotNet.Attributes;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using SmtpCommandLine = MailManager.Smtp.Grammar.CommandLine;

namespace MailManager.Benchmarks.Smtp;

/// <summary>Framing and parsing the three commands of a pipelined transaction. Budget: no allocation.</summary>
[MemoryDiagnoser]
public class CommandParsingBenchmarks
{
    private readonly ReadOnlySequence<byte> _commands = new(
        "MAIL FROM:<user+tag@mail.sender.example> SIZE=10240 BODY=8BITMIME\r\nRCPT TO:<someone@example.com>\r\nDATA\r\n"u8.ToArray());

    [Benchmark]
    public int Transaction()
    {
        var buffer = _commands;
        var parsed = 0;
        while (CommandFramer.Read(ref buffer, 2048, out var line) == FrameStatus.Line)
        {
            var command = SmtpCommandLine.Parse(line.FirstSpan);
            parsed += command.Verb switch
            {
                SmtpVerb.Mail => MailCommand.TryParse(command.Argument, out _, out _) ? 1 : 0,
                SmtpVerb.Rcpt => RcptCommand.TryParse(command.Argument, out _, out _) ? 1 : 0,
                _ => 1,
            };
        }

        return parsed;
    }
}
