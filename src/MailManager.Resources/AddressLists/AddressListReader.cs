using MailManager.Resources.Binding;
using MailManager.Resources.Tags;

namespace MailManager.Resources.AddressLists;

/// <summary>Reads an <see cref="AddressList"/> in the shape of <c>CreateAddressList</c>, with <c>Addresses</c> and <c>Files</c> added.</summary>
public static class AddressListReader
{
    /// <summary>Members that stand in the configuration; files may have more.</summary>
    public const int MaximumAddresses = 10_000;

    private const int MaximumFiles = 100;

    /// <summary>API: <c>ImportDataType</c>.</summary>
    public static WireWords<ImportDataType> ImportType { get; } = new(
        ("CSV", ImportDataType.Csv),
        ("JSON", ImportDataType.Json));

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">Holds it.</param>
    /// <param name="files">Finds the files. What is in them is seen when they are imported.</param>
    public static AddressList? Read(DocumentValue value, FileReferences files)
    {
        if (value.Map(["AddressListName", "Addresses", "Files", "Tags"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("AddressListName");
        var name = nameValue?.Text(AddressListName.Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.AddressList, name, nameValue!);
        }

        var addresses = map.Items("Addresses", 0, MaximumAddresses, ReadEntry);
        var imports = map.Items("Files", 0, MaximumFiles, item => ReadFile(item, files));
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new AddressList { AddressListName = name!, Addresses = addresses, Files = imports, Tags = tags };
    }

    private static string? ReadEntry(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (AddressListEntry.ProblemWith(text) is not { } problem)
        {
            return text;
        }

        value.Error(problem);
        return null;
    }

    private static AddressListFile? ReadFile(DocumentValue value, FileReferences files)
    {
        if (value.Map(["Path", "Type"]) is not { } map)
        {
            return null;
        }

        var path = map.Required("Path") is { } pathValue ? files.Read(pathValue) : null;
        var type = map.Word("Type", ImportType);
        return map.Failed ? null : new AddressListFile(path!, type!.Value);
    }
}
