namespace MailManager.TestKit.Peers;

/// <summary>A message that a scripted server accepted.</summary>
/// <param name="ReversePath">What stood between the angle brackets of MAIL.</param>
/// <param name="Recipients">Those whose RCPT was answered 2yz.</param>
/// <param name="Data">The content, dots un-stuffed, with its last CRLF, without the final dot.</param>
/// <param name="Session">Number of the session, from 1.</param>
/// <param name="IsTls">It came under TLS.</param>
public sealed record ReceivedMessage(string ReversePath, IReadOnlyList<string> Recipients, byte[] Data, int Session, bool IsTls);
