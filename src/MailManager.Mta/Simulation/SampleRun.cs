using System.Collections.Immutable;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Mta.Intake;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Simulation;

/// <summary>One sample on its way through a session. Used once.</summary>
internal sealed class SampleRun(ISmtpSessionHandler session, IngressRuntime runtime, Sample sample)
{
    private readonly ImmutableArray<SampleStep>.Builder _steps = ImmutableArray.CreateBuilder<SampleStep>();
    private readonly string?[] _dispositions = new string?[sample.Envelope.Recipients.Length];
    private readonly List<int> _accepted = [];

    public async Task<SampleOutcome> RunAsync()
    {
        try
        {
            if (await BeginAsync().ConfigureAwait(false))
            {
                await SendAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            session.Close();
        }

        return new SampleOutcome(_steps.ToImmutable(), [.. sample.Envelope.Recipients.Select((recipient, i) => new SampleRecipient(recipient, _dispositions[i]!, _accepted.Contains(i)))]);
    }

    /// <summary>Up to the last RCPT; false when no recipient is left.</summary>
    private async Task<bool> BeginAsync()
    {
        var greeting = Take("connect", await session.ConnectAsync(CancellationToken.None).ConfigureAwait(false));
        if (greeting.Code != 220)
        {
            RefuseAll(greeting);
            return false;
        }

        var sender = Take($"MAIL FROM:<{sample.Envelope.MailFrom}>", await MailAsync().ConfigureAwait(false));
        if (!sender.IsPositive)
        {
            RefuseAll(sender);
            return false;
        }

        for (var i = 0; i < _dispositions.Length; i++)
        {
            var recipient = sample.Envelope.Recipients[i];
            var reply = Take($"RCPT TO:<{recipient}>", await RecipientAsync(recipient).ConfigureAwait(false));
            if (reply.IsPositive)
            {
                _accepted.Add(i);
            }
            else
            {
                _dispositions[i] = Refusal(reply);
            }
        }

        return _accepted.Count > 0;
    }

    private async Task SendAsync()
    {
        // Asked before the message ends, since the session forgets it then.
        var dispositions = Judge();
        var begin = session.BeginData(out var sink);
        if (sink is null)
        {
            RefuseAll(Take("DATA", begin));
            return;
        }

        var isTooLarge = sample.Message.Length > session.MaxMessageSize;
        if (!isTooLarge)
        {
            sink.Append(sample.Message.Span);
        }

        var reply = Take("message", await session.EndDataAsync(isTooLarge ? DataFaults.TooLarge : DataFaults.None, CancellationToken.None).ConfigureAwait(false));
        for (var i = 0; i < _accepted.Count; i++)
        {
            // A Reject is named as such, also where it came in time to be the reply.
            _dispositions[_accepted[i]] = reply.IsPositive || dispositions[i].StartsWith("reject ", StringComparison.Ordinal) ? dispositions[i] : Refusal(reply);
        }
    }

    /// <summary>What the rule set decides for each accepted recipient.</summary>
    private ImmutableArray<string> Judge()
    {
        var recipients = _accepted.Select(i => MailboxText.Read(Encoding.UTF8.GetBytes(sample.Envelope.Recipients[i]))!).ToArray();
        using var question = new SampleQuestion(sample);
        var evaluation = new RuleEvaluation();
        runtime.RuleSet.Evaluate(question.Input, recipients, evaluation);
        return [.. Enumerable.Range(0, recipients.Length).Select(evaluation.Disposition)];
    }

    private ValueTask<SmtpReply> MailAsync() =>
        MailCommand.TryParse(Encoding.UTF8.GetBytes($"FROM:<{sample.Envelope.MailFrom}>{Parameters}"), out var command, out var refusal)
            ? session.MailAsync(command, CancellationToken.None)
            : ValueTask.FromResult(refusal);

    private ValueTask<SmtpReply> RecipientAsync(string recipient) =>
        RcptCommand.TryParse(Encoding.UTF8.GetBytes($"TO:<{recipient}>"), out var command, out var refusal)
            ? session.RecipientAsync(command, CancellationToken.None)
            : ValueTask.FromResult(refusal);

    /// <summary>A client that has an address of other letters has to ask for the extension (RFC 6531).</summary>
    private string Parameters => sample.Envelope.Recipients.Append(sample.Envelope.MailFrom).All(address => Ascii.IsValid(address)) ? string.Empty : " SMTPUTF8";

    private SmtpReply Take(string command, SmtpReply reply)
    {
        _steps.Add(new SampleStep(command, reply));
        return reply;
    }

    private void RefuseAll(SmtpReply reply) => Array.Fill(_dispositions, Refusal(reply));

    private static string Refusal(SmtpReply reply) => reply.Status.IsPresent ? $"refuse {reply.Code} {reply.Status}" : $"refuse {reply.Code}";
}
