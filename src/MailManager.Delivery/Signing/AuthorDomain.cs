using System.Text;
using MimeKit;

namespace MailManager.Delivery.Signing;

/// <summary>Finds the domain for which a message is signed: that of its author.</summary>
internal static class AuthorDomain
{
    /// <summary>
    /// In ASCII. Null unless there is exactly one From field with exactly one mailbox: with more, nobody could say which one the signature stands for.
    /// </summary>
    public static string? Find(MessageHeader header)
    {
        if (header.Find("From") is not [var field]
            || !InternetAddressList.TryParse(header.ValueOf(field).ToArray(), out var addresses)
            || addresses is not [MailboxAddress mailbox])
        {
            return null;
        }

        var address = Ascii.IsValid(mailbox.Address) ? mailbox.Address : MailboxAddress.EncodeAddrspec(mailbox.Address);
        var at = address.LastIndexOf('@');
        return at <= 0 ? null : address[(at + 1)..];
    }
}
