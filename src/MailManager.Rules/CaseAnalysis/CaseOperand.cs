using MailManager.Rules.Operands;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// A part of a message or session that varies independently of the others. Conditions that compare the same part in different ways (RECIPIENT,
/// RECIPIENT_DOMAIN, an address list) have the same operand.
/// </summary>
/// <param name="Kind">Which part.</param>
/// <param name="Name">Of a header field in lower case, of a certificate's attribute, of what else there are several of; else empty.</param>
/// <param name="Form">
/// Which texts of a header field. The same field in two forms counts as two operands: what is not seen of that is how they depend on each other.
/// </param>
internal readonly record struct CaseOperand(OperandKind Kind, string Name = "", HeaderForm Form = HeaderForm.Text)
{
    /// <summary>It may have any number of values at once, and a condition holds if it holds for one of them.</summary>
    public bool IsMultiple => Kind is OperandKind.Header or OperandKind.Certificate;
}

internal enum OperandKind
{
    Client,
    ReverseName,
    Helo,
    Tls,
    Certificate,
    ReversePath,
    Recipient,
    Header,
    ReadReceipt,
    Size,

    /// <summary>Something that cases do not set: verdicts, attachments, answers of add-ons.</summary>
    Opaque,
}
