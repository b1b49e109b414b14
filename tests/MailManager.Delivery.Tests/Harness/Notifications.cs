using System.Text;
using MailManager.Queue;
using MimeKit;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>Reads notifications back.</summary>
internal static class Notifications
{
    public static MimeMessage Parse(DeliverySettlement settlement) =>
        MimeMessage.Load(new MemoryStream(settlement.Notification!.Value.Content.Head.ToArray()));

    public static string Text(DeliverySettlement settlement) => Encoding.Latin1.GetString(settlement.Notification!.Value.Content.Head.Span);

    public static MessageDeliveryStatus Status(DeliverySettlement settlement) =>
        Assert.IsType<MessageDeliveryStatus>(Assert.IsType<MultipartReport>(Parse(settlement).Body)[1]);

    public static IEnumerable<string> FailedRecipients(DeliverySettlement settlement) =>
        Status(settlement).StatusGroups
            .Select(group => group["Final-Recipient"])
            .OfType<string>()
            .Select(recipient => recipient.Split(';')[1].Trim());
}
