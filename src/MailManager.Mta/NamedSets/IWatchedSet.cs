namespace MailManager.Mta.NamedSets;

/// <summary>A named set, some of whose content is in files.</summary>
internal interface IWatchedSet
{
    /// <summary><c>ip_set</c> or <c>address_list</c>, for metrics and logs.</summary>
    string Kind { get; }

    string Name { get; }

    /// <summary>How many entries are in force.</summary>
    int Count { get; }

    /// <summary>How far the reading under way is; null: none is.</summary>
    SetProgress? Progress { get; }

    /// <summary>Some file differs from when it was read last.</summary>
    bool HasChanged { get; }

    /// <summary>Reads all files again and puts what they say in force, all at once. What is wrong with them, else null: then nothing has changed.</summary>
    Task<SetLoad> LoadAsync(CancellationToken cancellationToken);
}

/// <summary>How far a reading is.</summary>
/// <param name="Entries">Read so far.</param>
/// <param name="Failed">Left out so far.</param>
/// <param name="Octets">Read so far.</param>
/// <param name="TotalOctets">Of all files together.</param>
internal sealed record SetProgress(int Entries, int Failed, long Octets, long TotalOctets);

/// <summary>How a reading ended.</summary>
/// <param name="Error">Why the set stays what it was; null: it is what the files say.</param>
/// <param name="File">Of which file an error or notice speaks; its index in the resource.</param>
/// <param name="Notices">What was left out, each with its line.</param>
internal sealed record SetLoad(string? Error, int File, IReadOnlyList<string> Notices)
{
    /// <summary>All was read and is in force.</summary>
    public static SetLoad Success { get; } = new(null, 0, []);
}
