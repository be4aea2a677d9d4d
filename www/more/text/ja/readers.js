export default {
  label: "対象者",
  you: "あなた",
  network: "ネットワーク管理者",
  site: "サイト運営者",
  report: "レポート",
  nothing: "変更が必要な点は見つかりませんでした。",
  unclear: "原因は見つかっていませんが、原因がないという意味ではありません。",
};
