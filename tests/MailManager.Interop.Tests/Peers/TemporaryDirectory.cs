namespace MailManager.Interop.Tests.Peers;

/// <summary>A directory that other users' programs may enter, deleted at the end.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory()
    {
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("mailmanager-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
