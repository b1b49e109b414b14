using System.Collections.Immutable;
using MailManager.Resources.RuleTests;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Simulation;

/// <summary>A message and how it would come, to be judged without being taken.</summary>
/// <param name="Name">For people: a file's, or a test's.</param>
/// <param name="IngressPoint">Name of the ingress point it would come to.</param>
/// <param name="Envelope">Session and envelope.</param>
/// <param name="Message">The whole message, lines ended by CRLF.</param>
internal sealed record Sample(string Name, string IngressPoint, TestEnvelope Envelope, ReadOnlyMemory<byte> Message);

/// <summary>What would be answered and done.</summary>
/// <param name="Steps">Each command and its reply, up to the one that ends it.</param>
/// <param name="Recipients">For each recipient of the envelope, in its order.</param>
internal sealed record SampleOutcome(ImmutableArray<SampleStep> Steps, ImmutableArray<SampleRecipient> Recipients);

/// <summary>One command of the client, or its connection, and the reply.</summary>
/// <param name="Command">As the client would send it; <c>connect</c> and <c>message</c> for what is no command.</param>
/// <param name="Reply">Ours.</param>
internal sealed record SampleStep(string Command, SmtpReply Reply);

/// <summary>What becomes of one recipient.</summary>
/// <param name="Recipient">As in the envelope.</param>
/// <param name="Disposition">In one line, in the words that rule tests use.</param>
/// <param name="IsLetIn">RCPT was answered 250, so that the rules are asked.</param>
internal sealed record SampleRecipient(string Recipient, string Disposition, bool IsLetIn);
