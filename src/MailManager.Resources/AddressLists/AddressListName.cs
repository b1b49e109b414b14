using MailManager.Resources.Binding;

namespace MailManager.Resources.AddressLists;

/// <summary>Names of address lists, and the ARNs that also stand for them.</summary>
internal static class AddressListName
{
    private const string ArnStart = "arn:";

    public static readonly TextRule Name = new(1, 255, "[a-zA-Z0-9_.-]+");

    public static readonly TextRule Arn = new(
        0,
        int.MaxValue,
        "arn:(aws|aws-cn|aws-us-gov|aws-eusc):ses:[a-z0-9-]+:[0-9]{12}:mailmanager-address-list/[a-zA-Z0-9_.-]{1,255}");

    /// <summary>Reads the name of a list that is used, or an ARN that ends in it: <c>arn:...:mailmanager-address-list/NAME</c>.</summary>
    public static string? ReadReference(DocumentValue value)
    {
        if (value.PlainText() is not { } text || value.Text(text.StartsWith(ArnStart, StringComparison.Ordinal) ? Arn : Name) is null)
        {
            return null;
        }

        var name = text[(text.LastIndexOf('/') + 1)..];
        value.Context.Refer(ResourceKind.AddressList, name, value);
        return name;
    }
}
