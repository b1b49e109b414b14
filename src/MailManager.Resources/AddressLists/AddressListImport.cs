namespace MailManager.Resources.AddressLists;

/// <summary>How far an import is.</summary>
/// <param name="Imported">Entries.</param>
/// <param name="Failed">Items that are no entries.</param>
/// <param name="OctetsRead">So far.</param>
/// <param name="TotalOctets">Null when nobody knows.</param>
public readonly record struct AddressListImportProgress(int Imported, int Failed, long OctetsRead, long? TotalOctets);

/// <summary>An item that was left out.</summary>
/// <param name="Line">Where it is, from 1.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record AddressListImportFailure(long Line, string Reason);

/// <summary>Ends an import: what follows cannot be read, or is too much.</summary>
public sealed class AddressListImportException(long line, string reason) : Exception($"line {line}: {reason}");

/// <summary>One item of a file, before it is known whether it is an entry.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Text">Null when the item has none.</param>
/// <param name="Problem">Why it has none.</param>
internal readonly record struct AddressListItem(long Line, string? Text, string? Problem);

/// <summary>Takes a file apart, block by block.</summary>
internal interface IAddressListParser
{
    /// <summary>Where it has come to, from 1.</summary>
    long Line { get; }

    /// <summary>Adds the items of a block. Octets at its end that are not consumed are to come again, with more after them.</summary>
    /// <param name="block">The octets after those that were consumed.</param>
    /// <param name="isLast">Nothing follows.</param>
    /// <param name="items">To add to.</param>
    /// <returns>How many octets were consumed; all, when the block is the last.</returns>
    /// <exception cref="AddressListImportException">This is no such file.</exception>
    int Parse(ReadOnlySpan<byte> block, bool isLast, List<AddressListItem> items);
}
