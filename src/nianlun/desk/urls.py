"""Addresses of the staff's pages."""

from django.urls import path

from nianlun.desk.pages import batches, home, integrity, items, people, registering, review, rulings, search

app_name = "desk"
urlpatterns = [
    path("", home.root, name="root"),
    path("desk/", home.home, name="home"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<uuid:batch_id>/", batches.batch, name="batch"),
    path("batches/<uuid:batch_id>/progress/", batches.progress, name="batch-progress"),
    path("batches/<uuid:batch_id>/files/", batches.add_files, name="batch-files"),
    path("batches/<uuid:batch_id>/start/", batches.start, name="batch-start"),
    path("review/", review.waiting, name="review-queue"),
    path("review/<uuid:item_id>/", review.desk, name="review"),
    path("review/<uuid:item_id>/conclude/", review.conclude, name="review-conclude"),
    path("review/<uuid:item_id>/attribute/", review.attribute, name="review-attribute"),
    path("review/claims/<uuid:claim_id>/", review.decide, name="review-decide"),
    path("review/pages/<uuid:page_id>/claims/", review.add, name="review-add"),
    path("registers/<str:category>/", items.register, name="register"),
    path("items/<uuid:item_id>/", items.item, name="item"),
    path("items/<uuid:item_id>/pages/<int:number>/", items.page_image, name="page-image"),
    path("items/<uuid:item_id>/original/", items.original, name="original"),
    path("people/", people.people, name="people"),
    path("people/new/", registering.register, name="register-person"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/why/<str:node>/", people.why, name="why"),
    path("people/<uuid:person_id>/months/<str:state>/", people.months, name="months"),
    path("people/<uuid:person_id>/postings/<uuid:posting_id>/", people.posting, name="posting"),
    path("claims/<uuid:claim_id>/", people.claim, name="claim"),
    path("people/<uuid:person_id>/reads/", people.reads, name="reads"),
    path("people/<uuid:person_id>/identity/", people.reveal, name="reveal-identity"),
    path("people/<uuid:person_id>/rulings/<str:kind>/", rulings.of_person, name="ruling-of-person"),
    path("rulings/", rulings.waiting, name="rulings"),
    path("rulings/<uuid:ruling_id>/", rulings.ruling, name="ruling"),
    path("rulings/<uuid:ruling_id>/decide/", rulings.decide, name="ruling-decide"),
    path("search/", search.search, name="search"),
    path("integrity/", integrity.integrity, name="integrity"),
    path("integrity/check/", integrity.check, name="integrity-check"),
]
