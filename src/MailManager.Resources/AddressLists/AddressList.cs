using System.Collections.Immutable;

namespace MailManager.Resources.AddressLists;

/// <summary>Addresses and domains under a name (API: <c>CreateAddressList</c>), which policies and rules look addresses up in.</summary>
public sealed record AddressList
{
    /// <summary>1 to 255 characters of <c>[a-zA-Z0-9_.-]</c>.</summary>
    public required string AddressListName { get; init; }

    /// <summary>(+) Members that the configuration gives: addresses and wildcard forms, each valid.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>(+) Files of more members, which are imported in the background and again whenever they change.</summary>
    public ImmutableArray<AddressListFile> Files { get; init; } = [];

    /// <summary>0 to 200, without effect on mail.</summary>
    public ImmutableArray<Tags.ResourceTag> Tags { get; init; } = [];
}

/// <summary>(+) A file in one of the API's import formats.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Type">Its format.</param>
public sealed record AddressListFile(string Path, ImportDataType Type);

/// <summary>API: <c>ImportDataType</c>.</summary>
public enum ImportDataType
{
    /// <summary>A column of addresses; a first line <c>address</c> is its heading.</summary>
    Csv,

    /// <summary><c>{"items":[{"address":"..."}]}</c>, or a plain array of texts.</summary>
    Json,
}
