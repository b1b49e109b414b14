namespace MailManager.Messages.Bytes;

/// <summary>Makes the files in which large bodies continue while they are received. The spool implements it.</summary>
public interface IBodyFileStore
{
    /// <summary>Creates an empty file. Throws <see cref="IOException"/> when the disk is full or failing.</summary>
    IBodyFile Create();
}

/// <summary>
/// One spool file under construction. Owned by the message that fills it; used by one thread at a time. It belongs to no message until
/// the spool has committed a row that names it, and is swept at the next start otherwise.
/// </summary>
public interface IBodyFile
{
    /// <summary>File name inside the store, as the spool's row will hold it.</summary>
    string Name { get; }

    /// <summary>Appends bytes. Throws <see cref="IOException"/> when the disk is full or failing.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Reads at an offset, as <see cref="RandomAccess.Read(Microsoft.Win32.SafeHandles.SafeFileHandle, Span{byte}, long)"/>.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>Closes the handle; the file stays.</summary>
    void Close();

    /// <summary>Closes and deletes: the message was not accepted, or has been delivered.</summary>
    void Delete();
}
