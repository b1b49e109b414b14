namespace MailManager.Messages.Headers;

/// <summary>One header field in place (RFC 5322 §2.2): its name, and its value as it stands, folds included.</summary>
public readonly ref struct HeaderField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    /// <summary>Name without the colon and without white space before it; case as sent.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>
    /// Everything after the colon up to the field's last CRLF, exclusive: may hold folds (CRLF followed by white space), starts with the
    /// usual space. <see cref="HeaderText.Unfold"/> makes plain text of it.
    /// </summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}
