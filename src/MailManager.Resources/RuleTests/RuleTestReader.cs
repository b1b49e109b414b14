using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.RuleTests;

/// <summary>(+) Reads a <see cref="RuleTest"/>.</summary>
public static class RuleTestReader
{
    internal static readonly TextRule Name = new(1, 200);

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">Holds it.</param>
    /// <param name="files">Finds the message, where it is in a file.</param>
    public static RuleTest? Read(DocumentValue value, FileReferences files)
    {
        if (value.Map(["Name", "IngressPoint", "Envelope", "Message", "MessageFile", "Headers", "Expect"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("Name");
        var name = nameValue?.Text(Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.RuleTest, name, nameValue!);
        }

        var pointValue = map.Required("IngressPoint");
        var point = pointValue?.Text(TextRule.NotEmpty);
        if (point is not null)
        {
            value.Context.Refer(ResourceKind.IngressPoint, point, pointValue!);
        }

        var envelope = map.Required("Envelope") is { } envelopeValue ? TestEnvelopeReader.Read(envelopeValue) : null;
        var message = TestMessageReader.Read(map, files);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var expect = map.RequiredItems("Expect", 1, TestEnvelopeReader.MaximumRecipients, item => ReadExpected(item, envelope, seen));
        return map.Failed ? null : new RuleTest
        {
            Name = name!,
            IngressPoint = point!,
            Envelope = envelope!,
            Message = message!.Value,
            Expect = expect,
        };
    }

    /// <param name="value">Holds it.</param>
    /// <param name="envelope">Null when it could not be read.</param>
    /// <param name="seen">Recipients so far.</param>
    private static ExpectedDisposition? ReadExpected(DocumentValue value, TestEnvelope? envelope, HashSet<string> seen)
    {
        if (value.Map(["Recipient", "Disposition"]) is not { } map)
        {
            return null;
        }

        var recipientValue = map.Required("Recipient");
        var recipient = recipientValue?.Text(TextRule.NotEmpty);
        if (recipient is not null && envelope is not null && !envelope.Recipients.Contains(recipient, StringComparer.Ordinal))
        {
            recipientValue!.Error($"{DisplayText.Quote(recipient)} is not in Envelope.Recipients");
        }
        else if (recipient is not null && !seen.Add(recipient))
        {
            recipientValue!.Error($"{DisplayText.Quote(recipient)} is given twice");
        }

        var disposition = map.Required("Disposition") is { } dispositionValue ? ReadDisposition(dispositionValue) : null;
        return map.Failed ? null : new ExpectedDisposition(recipient!, disposition!);
    }

    private static string? ReadDisposition(DocumentValue value)
    {
        if (value.Text(TextRule.NotEmpty) is not { } text)
        {
            return null;
        }

        if (DispositionText.ProblemWith(text) is { } problem)
        {
            value.Error(problem);
            return null;
        }

        foreach (var relay in DispositionText.Relays(text))
        {
            value.Context.Refer(ResourceKind.Relay, relay, value);
        }

        return text;
    }
}
