using System.Collections.Immutable;
using MailManager.Resources;
using MailManager.Resources.AddressLists;
using MailManager.Resources.IpSets;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>What the configuration says about what rules refer to by name.</summary>
/// <param name="IpSets">Those that are built in included.</param>
/// <param name="AddressLists">As configured; members from files are not known.</param>
internal sealed record NamedContent(ImmutableArray<IpSet> IpSets, ImmutableArray<AddressList> AddressLists)
{
    public IpSet? IpSet(string name) => IpSets.FirstOrDefault(set => set.IpSetName == name);

    public AddressList? AddressList(string name) => AddressLists.FirstOrDefault(list => list.AddressListName == name);
}
