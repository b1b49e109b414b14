using MailManager.Messages.Envelope;
using MailManager.Messages.Verdicts;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Policies;

namespace MailManager.Rules.Operands;

/// <summary>What a string condition compares, and an address list is searched for. Immutable, thread-safe; reading allocates nothing.</summary>
/// <param name="Name">In words of the API.</param>
/// <param name="Known">When in a session it is known.</param>
/// <param name="Cost">Rough price of reading and comparing it (<see cref="Expressions.Condition.Cost"/>).</param>
internal abstract record TextOperand(string Name, PolicyStage Known, int Cost)
{
    /// <summary>It differs from recipient to recipient.</summary>
    public virtual bool OfRecipient => false;

    public abstract OperandTexts Read(RuleInput input);
}

/// <summary>A text of session or envelope; always one, empty where there is none.</summary>
internal sealed record EnvelopeOperand(EnvelopePart Part, string Name) : TextOperand(Name, StageOf(Part), Cost: 5)
{
    public override bool OfRecipient => Known == PolicyStage.Recipient;

    public override OperandTexts Read(RuleInput input) => OperandTexts.One(Part switch
    {
        EnvelopePart.ReverseName => input.Session.ReverseName,
        EnvelopePart.Helo => input.Session.Helo,
        EnvelopePart.MailFrom => input.ReversePath,
        EnvelopePart.MailFromDomain => DomainOf(input.ReversePath),
        EnvelopePart.Recipient => input.Recipient,
        _ => DomainOf(input.Recipient),
    });

    /// <summary>What follows the last <c>@</c>; without one, nothing.</summary>
    public static ReadOnlySpan<char> DomainOf(ReadOnlySpan<char> address)
    {
        var at = address.LastIndexOf('@');
        return at < 0 ? [] : address[(at + 1)..];
    }

    private static PolicyStage StageOf(EnvelopePart part) => part switch
    {
        EnvelopePart.ReverseName => PolicyStage.Connection,
        EnvelopePart.Recipient or EnvelopePart.RecipientDomain => PolicyStage.Recipient,
        _ => PolicyStage.Mail,
    };
}

internal enum EnvelopePart
{
    ReverseName,
    Helo,
    MailFrom,
    MailFromDomain,
    Recipient,
    RecipientDomain,
}

/// <summary>The texts of a header field; none without the field.</summary>
/// <param name="Slot">Its place in the operand plan.</param>
/// <param name="Name">In words of the API.</param>
internal sealed record HeaderFieldOperand(int Slot, string Name) : TextOperand(Name, PolicyStage.Message, Cost: 20)
{
    public override OperandTexts Read(RuleInput input) => input.ReadHeader(Slot);
}

/// <summary>The values that the client's certificate has for an attribute; none without a certificate.</summary>
internal sealed record CertificateOperand(RuleClientCertificateAttribute Attribute, string Name) : TextOperand(Name, PolicyStage.Mail, Cost: 7)
{
    public override OperandTexts Read(RuleInput input) =>
        input.Session.ClientCertificate is not { } certificate ? OperandTexts.None
        : Attribute == RuleClientCertificateAttribute.SerialNumber ? OperandTexts.One(certificate.SerialNumber)
        : OperandTexts.Several(Values(certificate));

    private ReadOnlySpan<string> Values(ClientCertificate certificate) => Attribute switch
    {
        RuleClientCertificateAttribute.Cn => certificate.CommonNames.AsSpan(),
        RuleClientCertificateAttribute.SanRfc822Name => certificate.Rfc822Names.AsSpan(),
        RuleClientCertificateAttribute.SanDnsName => certificate.DnsNames.AsSpan(),
        RuleClientCertificateAttribute.SanDirectoryName => certificate.DirectoryNames.AsSpan(),
        RuleClientCertificateAttribute.SanUniformResourceIdentifier => certificate.UniformResourceIdentifiers.AsSpan(),
        RuleClientCertificateAttribute.SanIpAddress => certificate.IpAddresses.AsSpan(),
        RuleClientCertificateAttribute.SanRegisteredId => certificate.RegisteredIds.AsSpan(),
        _ => throw new InvalidOperationException($"{Attribute} is no list."),
    };
}

/// <summary>File names or media types of the attachments.</summary>
internal sealed record AttachmentOperand(bool IsName, string Name) : TextOperand(Name, PolicyStage.Message, Expressions.Condition.CostOfContent)
{
    public override OperandTexts Read(RuleInput input) =>
        OperandTexts.Several((IsName ? input.Attachments.Names : input.Attachments.MediaTypes).AsSpan());
}

/// <summary>The text that an add-on answered; none when it gave none.</summary>
internal sealed record AddOnOperand(AddOnField Field, string Name) : TextOperand(Name, PolicyStage.Message, Cost: 15)
{
    public override OperandTexts Read(RuleInput input) =>
        input.Verdicts.AddOns.TryGetValue(Field, out var result) && result.Text is { } text ? OperandTexts.One(text) : OperandTexts.None;
}
