using MimeKit;

namespace MailManager.Rules.Mime;

/// <summary>
/// Finds the attachments of a message. Reads it once, from begin to end, keeping nothing of its content; never gives up on what it finds: a message that
/// is hostile or broken is at worst too complex.
/// </summary>
/// <remarks>
/// <para>
/// What counts as an attachment is ours; the API knows none. A part that is no multipart counts when its Content-Disposition is <c>attachment</c>, or
/// when it has a file name, or when it is not text: so images inside of HTML count, and reports of delivery, since whoever restricts types wants to
/// see them all. A message inside (message/rfc822) is one attachment, and its own attachments count as well.
/// </para>
/// <para>
/// Nothing is opened: an archive, a winmail.dat (application/ms-tnef), or a message that is itself encoded (which RFC 2046 §5.2.1 forbids) is one
/// attachment. Of header fields that occur twice in a part, the first counts.
/// </para>
/// </remarks>
public static class AttachmentReader
{
    // The depth is limited by what is done with the parts: the parser's own limit would make one part of all that is deeper, which hides it.
    private static readonly ParserOptions Options = new() { MaxMimeDepth = int.MaxValue };

    /// <summary>Reads the message from where the stream stands to its end.</summary>
    /// <param name="message">As received: header, empty line, body.</param>
    /// <param name="limits">Beyond them it is too complex.</param>
    /// <param name="time">Measures the time.</param>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static MimeContents Read(Stream message, MimeLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.Depth, MimeLimits.MaximumDepth, nameof(limits));
        using var deadline = new CancellationTokenSource(limits.Time, time);
        var walk = new MimeWalk(Options, message, limits);
        try
        {
            walk.ReadMessage(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return walk.Result(walk.Problem ?? MimeProblem.Time);
        }
        catch (FormatException)
        {
            return walk.Result(MimeProblem.Unreadable);
        }

        return walk.Result(problem: null);
    }
}
