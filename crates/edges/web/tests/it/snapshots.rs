//! Every page with the example scene, word for word, so that a change of a page is seen and judged.

use renkei_web::words::Language;

#[test]
fn pages_look_as_they_were_agreed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // The digests of the style sheets change with every stroke; what is said does not.
    settings.add_filter(r"\?v=[0-9a-f]{8}", "?v=[digest]");
    // Built scripts may or may not be there.
    settings.add_filter(r#"\n<link rel="stylesheet" href="/assets/renkei.css[^\n]*\n<script [^\n]*</script>"#, "");
    settings.bind(|| {
        for language in [Language::Japanese, Language::English] {
            for (name, html) in crate::scene::pages(language) {
                insta::assert_snapshot!(format!("{name}.{}", language.code()), html);
            }
        }
    });
}
