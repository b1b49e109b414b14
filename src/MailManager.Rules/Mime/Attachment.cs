namespace MailManager.Rules.Mime;

/// <summary>A part of a message that counts as an attachment (<see cref="AttachmentReader"/>).</summary>
/// <param name="Name">
/// The file name, decoded (RFC 2231, RFC 2047): that of Content-Disposition (RFC 2183 §2.3), else the name of Content-Type. Empty if there is none. It is
/// the sender's text: it may hold anything.
/// </param>
/// <param name="MediaType">Lower case, <c>application/pdf</c>.</param>
/// <param name="Size">Octets after decoding; of a message, as it is.</param>
public sealed record Attachment(string Name, string MediaType, long Size);
