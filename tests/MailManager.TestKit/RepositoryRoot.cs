namespace MailManager.TestKit;

/// <summary>Finds the files of the repository from a test's build output.</summary>
public static class RepositoryRoot
{
    /// <summary>The directory that holds the solution.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "MailManager.Mta.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
