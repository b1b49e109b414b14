using System.Security.Authentication;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Mime;
using MailManager.Rules.Operands;
using MailManager.Rules.Tests.RuleSets;

namespace MailManager.Rules.Tests.Compiler;

/// <summary>Random conditions of every kind, and sessions and messages for which either answer is common.</summary>
internal static class RandomConditions
{
    private const int MaxDepth = 3;

    public static readonly Gen<string> Word = Of("a", "b", "ab", "a@x", "b@x", "A@X", "@x", "c@y", "x", "y");

    private static readonly Analysis[] Analyses = [new("arn", "one"), new("arn", "two")];
    private static readonly Gen<string[]> Words = Word.Array[1, 3];
    private static readonly Gen<RuleVerdict[]> Verdicts = Gen.Enum<RuleVerdict>().Array[1, 3];
    private static readonly Gen<RuleDmarcPolicy[]> DmarcPolicies = Gen.Enum<RuleDmarcPolicy>().Array[1, 2];
    private static readonly Gen<string[]> Ranges4 = Of("192.0.2.0/25", "192.0.2.128/25", "0.0.0.0/0", "198.51.100.0/30").Array[0, 2];
    private static readonly Gen<string[]> Ranges6 = Of("2001:db8::/32", "2001:db9::/32", "::/0").Array[0, 2];
    private static readonly Gen<string[]> Sets = Of("office", "partners").Array[0, 2];
    private static readonly Gen<(StringOperator Operator, string[] Values)> Comparison = Gen.Select(Gen.Enum<StringOperator>(), Words)
        .Select((op, values) => (op, op is StringOperator.Matches or StringOperator.NotMatches ? ["^" + values[0]] : values));

    private static readonly Gen<RuleVerdictOperand> VerdictOperand = Gen.OneOf(
        Gen.Enum<RuleVerdictAttribute>().Select(name => (RuleVerdictOperand)new RuleVerdictOperand.Attribute(name)),
        Of(Analyses).Select(analysis => (RuleVerdictOperand)new RuleVerdictOperand.AddOn(analysis)));

    // Some operands are compared so often that their comparisons are made together.
    private static readonly Gen<RuleCondition> RuleLeaf = Gen.Frequency(
        (8, Gen.Select(Of(RuleStringEmailAttribute.Recipient, RuleStringEmailAttribute.From), Comparison)
            .Select((name, c) => RuleSetBuilding.String(name, c.Operator, c.Values))),
        (8, Gen.Select(Gen.Enum<RuleStringEmailAttribute>(), Comparison).Select((name, c) => RuleSetBuilding.String(name, c.Operator, c.Values))),
        (2, Gen.Select(Of("X-A", "X-B", "From", "List-Id"), Comparison).Select((name, c) => RuleSetBuilding.XHeader(name, c.Operator, c.Values))),
        (1, Gen.Select(Gen.Enum<RuleClientCertificateAttribute>(), Comparison).Select((name, c) => RuleSetBuilding.Certificate(name, c.Operator, c.Values))),
        (1, Gen.Select(Of(Analyses), Comparison).Select((analysis, c) => (RuleCondition)new RuleStringExpression(new RuleStringOperand.AddOn(analysis), c.Operator, [.. c.Values]))),
        (2, Gen.Select(Gen.Enum<RuleBooleanEmailAttribute>(), Gen.Bool).Select((attribute, expected) => RuleSetBuilding.Flag(attribute, expected))),
        (1, Gen.Select(Of(Analyses), Gen.Enum<BooleanOperator>()).Select((analysis, op) => (RuleCondition)new RuleBooleanExpression(new RuleBooleanOperand.AddOn(analysis), op))),
        (2, Gen.Select(Gen.Enum<RuleAddressListEmailAttribute>(), Gen.Bool).Select((attribute, expected) => RuleSetBuilding.InList(attribute, "vips", expected))),
        (2, Gen.Select(Gen.Enum<RuleNumberEmailAttribute>(), Gen.Enum<NumberOperator>(), Gen.Int[0, 3]).Select((name, op, value) => RuleSetBuilding.Number(name, op, value))),
        (2, Gen.Select(Gen.Enum<IpOperator>(), Ranges4, Ranges6, Sets).Select((op, four, six, sets) =>
            (RuleCondition)new RuleIpExpression(op, OrElse([.. four, .. six], sets, "192.0.2.0/24")) { IpSets = [.. sets] })),
        (2, Gen.Select(VerdictOperand, Gen.Enum<VerdictOperator>(), Verdicts).Select((operand, op, values) => (RuleCondition)new RuleVerdictExpression(operand, op, [.. values]))),
        (1, Gen.Select(Gen.Enum<VerdictOperator>(), DmarcPolicies).Select((op, values) => (RuleCondition)new RuleDmarcExpression(op, [.. values]))));

    private static readonly Gen<PolicyCondition> PolicyLeaf = Gen.Frequency(
        (6, Gen.Select(Of(PolicyStringAttribute.Recipient, PolicyStringAttribute.MailFrom), Comparison)
            .Select((name, c) => (PolicyCondition)new PolicyStringExpression(new PolicyStringOperand.Attribute(name), c.Operator, [.. c.Values]))),
        (6, Gen.Select(Gen.Enum<PolicyStringAttribute>(), Comparison)
            .Select((name, c) => (PolicyCondition)new PolicyStringExpression(new PolicyStringOperand.Attribute(name), c.Operator, [.. c.Values]))),
        (1, Gen.Select(Of(Analyses), Comparison).Select((analysis, c) => (PolicyCondition)new PolicyStringExpression(new PolicyStringOperand.AddOn(analysis), c.Operator, [.. c.Values]))),
        (1, Gen.Select(Of(Analyses), Gen.Enum<BooleanOperator>()).Select((analysis, op) => (PolicyCondition)new PolicyBooleanExpression(new PolicyBooleanOperand.AddOn(analysis), op))),
        (1, Gen.Enum<BooleanOperator>().Select(op => (PolicyCondition)new PolicyBooleanExpression(new PolicyBooleanOperand.RecipientIsInAddressList("vips"), op))),
        (2, Gen.Select(Gen.Enum<IpOperator>(), Ranges4, Sets).Select((op, values, sets) =>
            (PolicyCondition)new PolicyIpv4Expression(op, OrElse(values, sets, "192.0.2.0/24")) { IpSets = [.. sets] })),
        (2, Gen.Select(Gen.Enum<IpOperator>(), Ranges6, Sets).Select((op, values, sets) =>
            (PolicyCondition)new PolicyIpv6Expression(op, OrElse(values, sets, "2001:db8::/32")) { IpSets = [.. sets] })),
        (2, Gen.Select(Gen.Enum<TlsProtocolOperator>(), Gen.Enum<TlsProtocolVersion>()).Select((op, version) => (PolicyCondition)new PolicyTlsExpression(op, version))),
        (2, Gen.Select(VerdictOperand, Gen.Enum<VerdictOperator>(), Verdicts).Select((operand, op, values) => (PolicyCondition)new PolicyVerdictExpression(operand, op, [.. values]))),
        (1, Gen.Select(Gen.Enum<VerdictOperator>(), DmarcPolicies).Select((op, values) => (PolicyCondition)new PolicyDmarcExpression(op, [.. values]))));

    public static readonly Gen<RuleCondition> OfRule = RuleTree(MaxDepth);

    public static readonly Gen<PolicyCondition> OfPolicy = PolicyTree(MaxDepth);

    private static readonly Gen<ClientCertificate?> Certificate = Gen.OneOf(
        Gen.Const((ClientCertificate?)null),
        Gen.Select(Word, Word.Array[0, 2], Word.Array[0, 2], Word.Array[0, 2]).Select((serial, a, b, c) => (ClientCertificate?)new ClientCertificate
        {
            SerialNumber = serial,
            CommonNames = [.. a],
            Rfc822Names = [.. b],
            DnsNames = [.. c],
            DirectoryNames = [.. a],
            UniformResourceIdentifiers = [.. b],
            IpAddresses = [.. c],
            RegisteredIds = [.. a],
        }));

    public static readonly Gen<SessionFacts> Session = Gen.Select(
        Of("192.0.2.1", "192.0.2.200", "198.51.100.1", "2001:db8::1", "2001:db9::1"),
        Of(SslProtocols.None, SslProtocols.Tls12, SslProtocols.Tls13),
        Word,
        Gen.Bool,
        Certificate,
        Gen.OneOf(Gen.Const((string?)null), Word.Select(word => (string?)word)))
        .Select((client, tls, helo, wrapped, certificate, name) => TestInput.Session(client, tls, helo, wrapped && tls != SslProtocols.None, certificate, name));

    private static readonly Gen<AddOnResult> AddOn = Gen.Select(Word, Gen.Bool, Gen.Enum<Verdict>(), Gen.Int[0, 7]).Select((text, flag, verdict, given) =>
        new AddOnResult((given & 1) != 0 ? text : null, (given & 2) != 0 ? flag : null, (given & 4) != 0 ? verdict : null));

    public static readonly Gen<MessageVerdicts> Found = Gen.Select(
        Gen.Select(Gen.Enum<Verdict>(), Gen.Enum<Verdict>(), Gen.Enum<Verdict>(), Gen.Enum<Verdict>()), Gen.Enum<DmarcPolicy>(), AddOn)
        .Select((verdicts, policy, addOn) => new MessageVerdicts
        {
            Spf = verdicts.Item1,
            Dkim = verdicts.Item2,
            Dmarc = verdicts.Item3,
            Arc = verdicts.Item4,
            DmarcPolicy = policy,
            AddOns = new Dictionary<AddOnField, AddOnResult> { [new AddOnField("arn", "one")] = addOn },
        });

    private static readonly Gen<AttachmentFacts> Attachments = Gen.Select(Gen.Select(Word, Word, Gen.Long[0, 3]).Array[0, 2], Gen.Bool)
        .Select((parts, tooComplex) => new AttachmentFacts(new MimeContents([.. parts.Select(part => new Attachment(part.Item1, part.Item2, part.Item3))], tooComplex ? MimeProblem.Parts : null)));

    private static readonly Gen<string> Header = Gen.Select(
        Gen.Select(Word, Word, Word, Word, Word).Select((a, b, c, d, e) => $"From: {a}\nTo: {b}, {c}\nSubject: {d}\nX-A: {e}"),
        Of("", "\nDisposition-Notification-To: a", "\nX-A: b\nSender: a <a@x>", "\nX-B: =?utf-8?q?a?=\nCc: z <c@y>", "\nMessage-ID: <a@x>\nList-Id: ab"))
        .Select((fields, more) => fields + more);

    /// <summary>A session with a message and all that is found out about it.</summary>
    public static readonly Gen<RuleInput> Message = Gen.Select(Header, Word, Gen.Long[0, 3], Session, Found, Attachments)
        .Select((header, mailFrom, size, session, verdicts, attachments) => TestInput.Message(header, mailFrom, size, session, verdicts, attachments));

    public static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static System.Collections.Immutable.ImmutableArray<string> OrElse(string[] values, string[] sets, string otherwise) =>
        values.Length == 0 && sets.Length == 0 ? [otherwise] : [.. values];

    private static Gen<RuleCondition> RuleTree(int depth) => depth == 0 ? RuleLeaf : Gen.Frequency(
        (5, RuleLeaf),
        (1, RuleTree(depth - 1).Array[1, 3].Select(parts => RuleSetBuilding.All(parts))),
        (2, RuleTree(depth - 1).Array[1, 3].Select(parts => RuleSetBuilding.Any(parts))),
        (1, RuleTree(depth - 1).Select(part => RuleSetBuilding.Not(part))));

    private static Gen<PolicyCondition> PolicyTree(int depth) => depth == 0 ? PolicyLeaf : Gen.Frequency(
        (5, PolicyLeaf),
        (1, PolicyTree(depth - 1).Array[1, 3].Select(parts => (PolicyCondition)new PolicyAllOf([.. parts]))),
        (2, PolicyTree(depth - 1).Array[1, 3].Select(parts => (PolicyCondition)new PolicyAnyOf([.. parts]))),
        (1, PolicyTree(depth - 1).Select(part => (PolicyCondition)new PolicyNot(part))));
}
