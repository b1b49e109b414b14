using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Rules;

namespace MailManager.Mta.Simulation;

/// <summary>A sample as policies and rules are asked about it.</summary>
internal sealed class SampleQuestion : IDisposable
{
    private readonly HeaderIndex _headers = new();

    public SampleQuestion(Sample sample)
    {
        _headers.Build(sample.Message.Span);
        Input.SetSession(SampleSession.Facts(sample.Envelope));
        Input.SetMessage(
            MailboxText.Read(Encoding.UTF8.GetBytes(sample.Envelope.MailFrom)) ?? sample.Envelope.MailFrom, sample.Message, _headers, sample.Message.Length,
            () => new MemoryStream(sample.Message.ToArray(), writable: false));
    }

    public RuleInput Input { get; } = new();

    public void Dispose() => Input.ClearMessage();
}
