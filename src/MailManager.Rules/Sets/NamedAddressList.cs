namespace MailManager.Rules.Sets;

/// <summary>An address list that conditions refer to by name; its members can be replaced at any time. Thread-safe.</summary>
public sealed class NamedAddressList(string name, AddressSet addresses)
{
    private volatile AddressSet _addresses = addresses;

    public string Name { get; } = name;

    public AddressSet Addresses
    {
        get => _addresses;
        set => _addresses = value;
    }
}
